import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout. */
export const projectFolder = resolve(import.meta.dirname, '..', '..');

/**
 * What is large and the same for every checkout (Electron) is kept once per user, where the platform keeps caches.
 * Deleting it is always safe.
 */
export function cacheFolder(environment = process.env, platform = process.platform) {
  if (environment.XDG_CACHE_HOME) return join(environment.XDG_CACHE_HOME, 'interlinear');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'interlinear');
  if (platform === 'win32' && environment.LOCALAPPDATA) return join(environment.LOCALAPPDATA, 'interlinear', 'cache');
  return join(homedir(), '.cache', 'interlinear');
}
