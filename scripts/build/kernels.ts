import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** What a module imports to have the compiled kernels, and the name Vite knows it by (\0: not a file). */
const IMPORTED = 'virtual:kernels';
const RESOLVED = `\0${IMPORTED}`;

const SOURCES = 'main/kernels/assembly';
const CACHE = 'node_modules/.cache/interlinear';

/** Memory comes from the caller and is shared by its threads; its limits here are the widest, so that any memory fits. */
const MEMORY = '--importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --noExportMemory';
/** No heap and no `abort` to import: kernels allocate nothing and have nobody to tell. */
const NO_RUNTIME = '--runtime stub --use abort=';
const OPTIONS = `--enable simd --enable threads ${MEMORY} ${NO_RUNTIME} -O3 --noAssert --converge`.split(' ');

/** Compiles `index.ts` of the folder; throws with the compiler's own words. */
async function compile(folder: string): Promise<Uint8Array> {
  // Loaded only where something has to be compiled: it is ten megabytes of JavaScript.
  const { default: asc } = await import('assemblyscript/asc');
  let binary: Uint8Array | undefined;
  let said = '';
  const { error } = await asc.main(['index.ts', '--baseDir', folder, '--outFile', 'kernels.wasm', ...OPTIONS], {
    stdout: { write: () => true },
    stderr: { write: (text) => ((said += String(text)), true) },
    writeFile: (name, contents) => {
      if (name === 'kernels.wasm' && typeof contents !== 'string') binary = contents;
    },
  });
  if (error !== null || binary === undefined) throw new Error(`The kernels in ${SOURCES} cannot be compiled:\n${said || String(error)}`);
  return binary;
}

/** The compiled kernels: from the cache where these very sources have been compiled before, by this compiler. */
async function kernels(root: string, files: readonly string[]): Promise<Uint8Array> {
  const hash = createHash('sha256').update(OPTIONS.join(' '));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, SOURCES, file)));
  const cached = join(root, CACHE, `kernels-${hash.digest('hex').slice(0, 32)}.wasm`);
  if (existsSync(cached)) return readFileSync(cached);

  const binary = await compile(join(root, SOURCES));
  mkdirSync(join(root, CACHE), { recursive: true });
  // Renamed when whole: several test processes may compile at once.
  const unfinished = `${cached}.${process.pid}.tmp`;
  writeFileSync(unfinished, binary);
  renameSync(unfinished, cached);
  return binary;
}

/**
 * Gives `virtual:kernels`: the WebAssembly module of main/kernels/assembly as bytes inside the importing program, so that
 * there is no file to be found when it runs.
 */
export function kernelsPlugin(): Plugin {
  let root = process.cwd();
  return {
    name: 'interlinear-kernels',
    configResolved: (config) => {
      root = config.root;
    },
    resolveId: (id) => (id === IMPORTED ? RESOLVED : null),
    async load(id) {
      if (id !== RESOLVED) return null;
      const files = readdirSync(join(root, SOURCES)).sort();
      for (const file of files) this.addWatchFile(join(root, SOURCES, file));
      const base64 = Buffer.from(await kernels(root, files)).toString('base64');
      return `export default new Uint8Array(Buffer.from('${base64}', 'base64'));\n`;
    },
  };
}
