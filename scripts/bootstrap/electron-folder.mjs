import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Electron's executable lies in an unpacked release. */
export function executableIn(folder, platform = process.platform) {
  if (platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(folder, platform === 'win32' ? 'electron.exe' : 'electron');
}

/** Looks at an unpacked release; undefined where there is none. Releases carry their version in a file of that name. */
export function electronIn(folder, kind) {
  const path = executableIn(folder);
  if (!existsSync(path)) return undefined;
  const versionFile = join(folder, 'version');
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : 'of unknown version';
  return { path, version, kind, folder };
}
