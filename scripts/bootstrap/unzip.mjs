import { chmodSync, createWriteStream, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { Progress } from './progress.mjs';

const TYPE_MASK = 0o170000;
const SYMLINK = 0o120000;

async function textOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Where an entry goes, or an error: an archive has no business outside the folder it is unpacked into. */
export function placeOf(folder, name) {
  const place = resolve(folder, name);
  if (!place.startsWith(resolve(folder) + sep)) throw new Error(`The archive has an entry outside its folder: ${name}`);
  return place;
}

/**
 * Unpacks a zip file entry by entry, keeping file modes and links (macOS frameworks are made of them).
 * @param rename gives an entry's new name, or undefined to leave it out
 */
export async function unzip(archive, folder, { rename = (name) => name, label = 'Unpacking' } = {}) {
  // Imported late: the package is there only after `npm ci`.
  const { default: yauzl } = await import('yauzl');
  const zip = await promisify(yauzl.open)(archive, { lazyEntries: true, autoClose: true });
  const open = promisify(zip.openReadStream.bind(zip));
  const progress = new Progress(label, zip.fileSize);
  const made = new Set();
  const makeFolder = (path) => {
    if (!made.has(path)) mkdirSync(path, { recursive: true });
    made.add(path);
  };
  let done = 0;

  const unpack = async (entry) => {
    done += entry.compressedSize;
    const name = rename(entry.fileName);
    if (name === undefined || name === '') return;
    const place = placeOf(folder, name);
    if (name.endsWith('/')) return makeFolder(place);
    makeFolder(dirname(place));
    const mode = entry.externalFileAttributes >>> 16;
    const source = await open(entry);
    if ((mode & TYPE_MASK) === SYMLINK) return symlinkSync(await textOf(source), place);
    await pipeline(source, createWriteStream(place));
    if (mode & 0o111) chmodSync(place, 0o755);
    progress.update(done);
  };

  await new Promise((fulfil, reject) => {
    zip.on('entry', (entry) => unpack(entry).then(() => zip.readEntry(), reject));
    zip.once('end', fulfil);
    zip.once('error', reject);
    zip.readEntry();
  });
  progress.finish(done);
}
