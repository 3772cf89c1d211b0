import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { download } from './download.mjs';
import { electronIn } from './electron-folder.mjs';
import { removeAbandoned } from './abandoned.mjs';
import { cacheFolder, projectFolder } from './folders.mjs';
import { say } from './say.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { unzip } from './unzip.mjs';

const RELEASES = 'https://github.com/electron/electron/releases/download/';
const TRY_AGAIN_AFTER_MS = 24 * 60 * 60 * 1_000;

/** Whether a failed download is recent enough not to be tried again: a start should not wait for it every time. */
export function failedRecently(stamp, version, now = Date.now()) {
  return stamp?.version === version && now - stamp.at >= 0 && now - stamp.at < TRY_AGAIN_AFTER_MS;
}

function pinned() {
  const packageFolder = join(projectFolder, 'node_modules', 'electron');
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const archive = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const sha256 = JSON.parse(readFileSync(join(packageFolder, 'checksums.json'), 'utf8'))[archive];
  return { version, archive, sha256, packageFolder };
}

/**
 * The official binary of the pinned release: where the `electron` package itself has put it, or from our cache, or
 * downloaded and checked against the package's own checksums. Gives undefined, and says why, where it cannot be had.
 */
export async function officialElectron() {
  const { version, archive, sha256, packageFolder } = pinned();
  const installed = electronIn(join(packageFolder, 'dist'), 'official');
  if (installed?.version === version) return installed;

  const cache = cacheFolder();
  const folder = join(cache, `electron-${version}-${process.platform}-${process.arch}`);
  const cached = electronIn(folder, 'official');
  if (cached) return cached;

  const failure = join(cache, 'electron-download-failed.json');
  const earlier = readStamp(failure);
  if (failedRecently(earlier, version)) {
    say(
      `The official Electron ${version} could not be downloaded at ${new Date(earlier.at).toLocaleString()} (${earlier.reason}); delete ${failure} to try again before a day has passed.`,
    );
    return undefined;
  }
  if (!sha256) {
    say(`There is no official Electron ${version} for ${process.platform} ${process.arch}.`);
    return undefined;
  }

  const base = process.env.ELECTRON_MIRROR ?? RELEASES;
  say(`Downloading the official Electron ${version}, because it is not in the cache yet…`);
  removeAbandoned(cache);
  const zip = join(cache, archive);
  try {
    if (!existsSync(zip)) await download({ url: `${base}v${version}/${archive}`, file: zip, sha256, label: 'Downloading Electron' });
  } catch (error) {
    say(`  Not possible: ${error.message}.`);
    writeStamp(failure, { version, at: Date.now(), reason: error.message });
    return undefined;
  }
  const unfinished = `${folder}.${process.pid}.tmp`;
  try {
    await unzip(zip, unfinished, { label: 'Unpacking Electron' });
    putInPlace(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  rmSync(zip, { force: true });
  return electronIn(folder, 'official');
}

/** Gives a finished folder its name; another run may have been quicker, and then its folder is as good as ours. */
export function putInPlace(unfinished, folder) {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
