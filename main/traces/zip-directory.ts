import { badTrace } from './bad-trace';
import type { ByteSource } from './byte-source';

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its data starts. */
  readonly start: number;
}

const endSignature = 0x0605_4b50;
const centralSignature = 0x0201_4b50;
const localSignature = 0x0403_4b50;
const endBytes = 22;
const centralBytes = 46;
const localBytes = 30;
const longestComment = 0xffff;
/** A bundle has five files; re-zipping adds a few of the system's own. */
const mostEntries = 256;

/**
 * Reads the table of contents at the end of a zip archive and where each file's data starts.
 * @throws InterlinearError `bad-trace`
 * @source PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16
 */
export function readZipDirectory(source: ByteSource): ZipEntry[] {
  const end = findEnd(source);
  const view = new DataView(end.bytes.buffer);
  const count = view.getUint16(10, true);
  const size = view.getUint32(12, true);
  const offset = view.getUint32(16, true);
  if (count > mostEntries) throw badTrace(source.name, `${count} files are more than a trace has`);
  if (offset === 0xffff_ffff || offset + size > end.offset) {
    throw badTrace(
      source.name,
      'its table of contents is not inside the file, or is of the 64-bit kind, which is not read: unzip it and open the folder',
    );
  }
  const directory = source.read(offset, size);
  const entries: ZipEntry[] = [];
  for (let at = 0, i = 0; i < count; i++) {
    const entry = new DataView(directory.buffer, at);
    if (entry.byteLength < centralBytes || entry.getUint32(0, true) !== centralSignature) {
      throw badTrace(source.name, 'its table of contents is damaged');
    }
    const nameBytes = entry.getUint16(28, true);
    const next = at + centralBytes + nameBytes + entry.getUint16(30, true) + entry.getUint16(32, true);
    if (next > size) throw badTrace(source.name, 'its table of contents is cut short');
    const name = Buffer.from(directory.subarray(at + centralBytes, at + centralBytes + nameBytes)).toString('utf8');
    if ((entry.getUint16(8, true) & 1) === 1) throw badTrace(source.name, `${name} is encrypted`);
    const compressedBytes = entry.getUint32(20, true);
    const start = dataStart(source, entry.getUint32(42, true), name);
    if (start + compressedBytes > offset) throw badTrace(source.name, `${name} is not inside the file`);
    entries.push({
      name,
      method: entry.getUint16(10, true),
      crc32: entry.getUint32(16, true),
      compressedBytes,
      bytes: entry.getUint32(24, true),
      start,
    });
    at = next;
  }
  checkOverlap(source, entries);
  return entries;
}

function findEnd(source: ByteSource): { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> } {
  const length = Math.min(source.size, endBytes + longestComment);
  const tail = source.read(source.size - length, length);
  const view = new DataView(tail.buffer);
  for (let at = length - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) === endSignature && at + endBytes + view.getUint16(at + 20, true) === length) {
      return { offset: source.size - length + at, bytes: tail.slice(at, at + endBytes) };
    }
  }
  throw badTrace(source.name, 'it is neither a trace folder nor a zipped trace');
}

/** Its own header repeats a file's name and may add fields; the sizes in it may be zero and are not used. */
function dataStart(source: ByteSource, offset: number, name: string): number {
  const view = new DataView(source.read(offset, localBytes).buffer);
  if (view.getUint32(0, true) !== localSignature) throw badTrace(source.name, `${name} is not where the table of contents says`);
  return offset + localBytes + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Files that share their bytes are how a small archive claims to hold a huge one. */
function checkOverlap(source: ByteSource, entries: readonly ZipEntry[]): void {
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.start - b.start)) {
    if (entry.start < end) throw badTrace(source.name, `${entry.name} shares its bytes with another file`);
    end = entry.start + entry.compressedBytes;
  }
}
