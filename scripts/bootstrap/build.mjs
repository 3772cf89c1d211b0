import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { projectFolder } from './folders.mjs';
import { readCommand } from './run-command.mjs';
import { say, SetUpError } from './say.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

/** What the build reads. Tests are among it: telling them apart is not worth a build that was wrongly left out. */
const FOLDERS = ['electron', 'main', 'renderer', 'bench', 'scripts/build'];
const SOURCES = [...FOLDERS, 'electron.vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json'];
const IGNORED = new Set(['node_modules', '__pycache__', 'testdata']);

function filesUnder(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return [];
  if (info.isFile()) return [{ path, size: info.size, modified: info.mtimeMs }];
  return readdirSync(path)
    .filter((name) => !IGNORED.has(name))
    .sort()
    .flatMap((name) => filesUnder(join(path, name)));
}

/** Changes when a source is added, removed or written: names, sizes and times are enough, and quick to read. */
export function sourcesHash(folder, sources = SOURCES) {
  const hash = createHash('sha256');
  for (const { path, size, modified } of sources.flatMap((source) => filesUnder(join(folder, source)))) {
    hash.update(`${relative(folder, path)}\0${size}\0${modified}\n`);
  }
  return hash.digest('hex');
}

/** Builds into out/ when the sources are not those of the last build that was finished. */
export async function ensureBuild(folder = projectFolder) {
  const stampFile = join(folder, 'out', '.build.json');
  const hash = sourcesHash(folder);
  if (readStamp(stampFile)?.sources === hash) return;

  say(existsSync(stampFile) ? 'Building, because sources have changed…' : 'Building, because nothing has been built yet…');
  const started = Date.now();
  rmSync(stampFile, { force: true });
  const program = join(folder, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const built = await readCommand(process.execPath, [program, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (built.code !== 0) throw new SetUpError(`The build failed:\n${stripVTControlCharacters(built.stdout + built.stderr)}`);
  writeStamp(stampFile, { sources: hash });
  say(`  Built in ${((Date.now() - started) / 1_000).toFixed(1)} s.`);
}
