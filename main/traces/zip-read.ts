import { basename } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { bundleFiles } from '../contract/trace';
import { badTrace } from './bad-trace';
import type { BundleFiles } from './bundle-files';
import { type ByteSource, inMemory, openFile, section } from './byte-source';
import { readZipDirectory, type ZipEntry } from './zip-directory';

const inflate = promisify(inflateRaw);
const stored = 0;
const deflated = 8;
/** What a compressed file may unpack to in memory. Interlinear stores its large files, which are then read in place. */
const largestUnpacked = 1 << 29;
/** Deflate cannot do better than 1 032 to 1. */
const largestRatio = 1032;

const knownNames = new Set<string>(Object.values(bundleFiles));

/** A bundle inside a zip archive, at its top or in one folder, as systems zip a folder. */
class ZipFiles implements BundleFiles {
  readonly #archive: ByteSource;
  readonly #entries: ReadonlyMap<string, ZipEntry>;
  readonly #open = new Map<string, Promise<ByteSource>>();

  constructor(archive: ByteSource) {
    this.#archive = archive;
    this.#entries = byKnownName(archive);
  }

  get bytes(): number {
    return this.#archive.size;
  }

  async open(name: string): Promise<ByteSource | null> {
    const entry = this.#entries.get(name);
    if (!entry) return null;
    const known = this.#open.get(name) ?? this.#unpack(entry, name);
    this.#open.set(name, known);
    return known;
  }

  async #unpack(entry: ZipEntry, name: string): Promise<ByteSource> {
    if (entry.method === stored && entry.bytes === entry.compressedBytes) return section(this.#archive, name, entry.start, entry.bytes);
    if (entry.method !== deflated) throw badTrace(name, 'it is compressed in a way that is not read');
    if (entry.bytes > largestUnpacked)
      throw badTrace(name, 'it is too large to be unpacked in memory: unzip the trace and open the folder');
    if (entry.bytes > entry.compressedBytes * largestRatio) throw badTrace(name, 'it claims to be compressed beyond what is possible');
    const packed = this.#archive.read(entry.start, entry.compressedBytes);
    let bytes: Buffer;
    try {
      bytes = await inflate(packed, { maxOutputLength: Math.max(1, entry.bytes) });
    } catch (thrown) {
      throw badTrace(name, 'it cannot be unpacked', thrown);
    }
    if (bytes.byteLength !== entry.bytes || crc32(bytes) !== entry.crc32)
      throw badTrace(name, 'it does not unpack to what the archive says');
    return inMemory(bytes, name);
  }

  close(): void {
    this.#open.clear();
    this.#archive.close();
  }
}

function byKnownName(archive: ByteSource): ReadonlyMap<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  for (const entry of readZipDirectory(archive)) {
    const parts = entry.name.split('/');
    const name = parts.at(-1) ?? '';
    if (parts.length > 2 || parts[0] === '__MACOSX' || !knownNames.has(name)) continue;
    if (entries.has(name)) throw badTrace(archive.name, `${name} is in it twice`);
    entries.set(name, entry);
  }
  return entries;
}

/** @throws InterlinearError `bad-trace`, `disk-error` */
export function openZip(path: string): BundleFiles {
  const archive = openFile(path, basename(path));
  try {
    return new ZipFiles(archive);
  } catch (thrown) {
    archive.close();
    throw thrown;
  }
}
