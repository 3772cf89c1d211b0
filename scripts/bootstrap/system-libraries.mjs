import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readCommand, runCommand } from './run-command.mjs';
import { say, SetUpError } from './say.mjs';

/**
 * What Chromium links against or opens at start, and the Debian packages that carry it (newer Debian and Ubuntu
 * renamed some of them). Only these are named: apt brings what they need.
 */
const LIBRARIES = [
  { file: 'libgtk-3.so.0', packages: ['libgtk-3-0', 'libgtk-3-0t64'] },
  { file: 'libnss3.so', packages: ['libnss3'] },
  { file: 'libgbm.so.1', packages: ['libgbm1'] },
  { file: 'libasound.so.2', packages: ['libasound2', 'libasound2t64'] },
  { file: 'libatk-bridge-2.0.so.0', packages: ['libatk-bridge2.0-0', 'libatk-bridge2.0-0t64'] },
  { file: 'libdrm.so.2', packages: ['libdrm2'] },
  { file: 'libXss.so.1', packages: ['libxss1'] },
];

const FONTS = { what: 'a font', packages: ['fonts-dejavu-core'] };
const VIRTUAL_DISPLAY = { what: 'Xvfb', packages: ['xvfb'] };

/** Names in the loader's cache, as `ldconfig -p` lists them; ldconfig is not on every user's PATH. */
export function parseLoaderCache(text) {
  return new Set(
    text
      .split('\n')
      .map((line) => line.trim().split(' ')[0])
      .filter((name) => name.includes('.so')),
  );
}

async function loadableLibraries() {
  for (const command of ['/sbin/ldconfig', '/usr/sbin/ldconfig', 'ldconfig']) {
    const { code, stdout } = await readCommand(command, ['-p']);
    if (code === 0) return parseLoaderCache(stdout);
  }
  return undefined;
}

function hasFont() {
  const holdsFont = (folder, depth) => {
    if (!existsSync(folder)) return false;
    return readdirSync(folder, { withFileTypes: true }).some((entry) =>
      entry.isDirectory() ? depth > 0 && holdsFont(join(folder, entry.name), depth - 1) : /\.(ttf|otf|ttc|pfb)$/i.test(entry.name),
    );
  };
  return ['/usr/share/fonts', '/usr/local/share/fonts'].some((folder) => holdsFont(folder, 4));
}

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** What is missing, as things to name and the packages that would bring them. */
async function missingPieces(needs) {
  const loadable = await loadableLibraries();
  const missing = loadable
    ? LIBRARIES.filter(({ file }) => !loadable.has(file)).map(({ file, packages }) => ({ what: file, packages }))
    : [];
  if (!hasFont()) missing.push(FONTS);
  if (needs.virtualDisplay && !onPath('Xvfb')) missing.push(VIRTUAL_DISPLAY);
  return missing;
}

/** Takes the first name this distribution's apt knows as a real package; a virtual one could not be installed by name. */
async function nameHere({ packages }) {
  for (const name of packages) {
    if (packages.length === 1 || (await readCommand('apt-cache', ['show', '--no-all-versions', name])).code === 0) return name;
  }
  return packages[0];
}

/**
 * Makes sure Electron can start: installs with apt when we may, otherwise says the one command to run and stops.
 * @param {{ virtualDisplay: boolean }} needs Xvfb is asked for only where there is no screen, or for tests
 */
export async function ensureSystemLibraries(needs) {
  if (process.platform !== 'linux') return;
  const missing = await missingPieces(needs);
  if (missing.length === 0) return;

  const list = missing.map(({ what }) => what).join(', ');
  if (!onPath('apt-get')) {
    throw new SetUpError(`Electron needs ${list}, not found here. Install them with your system's package manager and try again.`);
  }
  if (process.getuid() !== 0) {
    const names = await Promise.all(missing.map(nameHere));
    throw new SetUpError(
      `Electron needs ${list}, not found here. Please run this once, then try again:\n\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names.join(' ')}\n`,
    );
  }

  say(`Installing system libraries with apt, because Electron needs ${list}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => runCommand('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0', ...args], { env });
  // A failing update is not the end: the lists that are there may do. A failing install is.
  if ((await apt('update')) !== 0) say('  apt-get update failed; going on with the package lists at hand.');
  const names = await Promise.all(missing.map(nameHere));
  if ((await apt('install', '--no-install-recommends', ...names)) !== 0) {
    throw new SetUpError(`apt-get could not install ${names.join(' ')}; its message is above.`);
  }
  const still = await missingPieces(needs);
  if (still.length > 0) throw new SetUpError(`Still missing after installing: ${still.map(({ what }) => what).join(', ')}.`);
}
