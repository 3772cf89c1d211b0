import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** A folder of AssemblyScript, and what a module imports to have it compiled. */
interface Program {
  readonly imported: string;
  readonly sources: string;
  /** A folder whose files it has too. */
  readonly uses?: string;
  readonly options: readonly string[];
}

const CACHE = 'node_modules/.cache/interlinear';

/** No heap and no `abort` to import: nothing here allocates, or has anybody to tell. */
const OPTIONS = '--runtime stub --use abort= -O3 --noAssert --converge --enable simd'.split(' ');
/** Memory comes from the caller and is shared by its threads; its limits here are the widest, so that any memory fits. */
const SHARED = '--enable threads --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536 --noExportMemory'.split(' ');

const KERNELS = { sources: 'main/kernels/assembly', uses: 'main/measures/assembly', options: [...OPTIONS, ...SHARED] };

const PROGRAMS: readonly Program[] = [
  { ...KERNELS, imported: 'virtual:kernels' },
  { ...KERNELS, imported: 'virtual:relaxed-kernels', options: [...KERNELS.options, '--enable', 'relaxed-simd'] },
  { imported: 'virtual:walks', sources: 'main/measures/assembly', options: OPTIONS },
  { imported: 'virtual:halves', sources: 'main/models/assembly', options: OPTIONS },
];

/** Compiles `index.ts` of a folder; throws with the compiler's own words. */
async function compile(root: string, { sources, options }: Program): Promise<Uint8Array> {
  // Loaded only where something has to be compiled: it is ten megabytes of JavaScript.
  const { default: asc } = await import('assemblyscript/asc');
  let binary: Uint8Array | undefined;
  let said = '';
  const { error } = await asc.main([join(sources, 'index.ts'), '--baseDir', root, '--outFile', 'program.wasm', ...options], {
    stdout: { write: () => true },
    stderr: { write: (text) => ((said += String(text)), true) },
    writeFile: (name, contents) => {
      if (name === 'program.wasm' && typeof contents !== 'string') binary = contents;
    },
  });
  if (error !== null || binary === undefined) throw new Error(`${sources} cannot be compiled:\n${said || String(error)}`);
  return binary;
}

/** A compiled program: from the cache where these very sources have been compiled before, by this compiler. */
async function compiled(root: string, program: Program, files: readonly string[]): Promise<Uint8Array> {
  const hash = createHash('sha256').update(program.options.join(' '));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  const name = program.imported.replace('virtual:', '');
  const cached = join(root, CACHE, `${name}-${hash.digest('hex').slice(0, 32)}.wasm`);
  if (existsSync(cached)) return readFileSync(cached);

  const binary = await compile(root, program);
  mkdirSync(join(root, CACHE), { recursive: true });
  // Renamed when whole: several test processes may compile at once.
  const unfinished = `${cached}.${process.pid}.tmp`;
  writeFileSync(unfinished, binary);
  renameSync(unfinished, cached);
  return binary;
}

/**
 * Gives `virtual:kernels`, `virtual:relaxed-kernels`, `virtual:walks` and `virtual:halves`: the WebAssembly modules of their folders as bytes inside the importing program,
 * so that there is no file to be found when it runs.
 */
export function assemblyPlugin(): Plugin {
  let root = process.cwd();
  return {
    name: 'interlinear-assembly',
    configResolved: (config) => {
      root = config.root;
    },
    // \0 says that it is no file.
    resolveId: (id) => (PROGRAMS.some(({ imported }) => imported === id) ? `\0${id}` : null),
    async load(id) {
      const program = PROGRAMS.find(({ imported }) => `\0${imported}` === id);
      if (!program) return null;
      const folders = [program.sources, ...(program.uses === undefined ? [] : [program.uses])];
      const files = folders.flatMap((folder) => readdirSync(join(root, folder)).map((file) => join(folder, file))).sort();
      for (const file of files) this.addWatchFile(join(root, file));
      const base64 = Buffer.from(await compiled(root, program, files)).toString('base64');
      return `export default new Uint8Array(Buffer.from('${base64}', 'base64'));\n`;
    },
  };
}
