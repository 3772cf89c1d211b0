import { closeSync, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { badTrace } from './bad-trace';
import { diskError } from './disk-error';
import { pause } from './pause';

/**
 * Random access to bytes that were there when it was opened. Reads are synchronous: a tap of a step is one small read,
 * and thousands of them in a row cost a tenth of what the asynchronous call does. Long work pauses between chunks.
 */
export interface ByteSource {
  /** The bundle's file this is, for messages. */
  readonly name: string;
  readonly size: number;
  /** A copy, aligned for every element type. @throws InterlinearError `bad-trace` when the range is not inside the file */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  close(): void;
}

function checkRange(source: ByteSource, offset: number, length: number): void {
  const inside =
    Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0 && offset + length <= source.size;
  if (!inside) throw badTrace(source.name, `bytes ${offset} to ${offset + length} are asked for, the file has ${source.size}`);
}

class FileSource implements ByteSource {
  readonly #descriptor: number;
  readonly #size: number | null;
  #closed = false;

  constructor(
    readonly name: string,
    path: string,
    growing: boolean,
  ) {
    this.#descriptor = openSync(path, 'r');
    this.#size = growing ? null : fstatSync(this.#descriptor).size;
  }

  get size(): number {
    return this.#size ?? fstatSync(this.#descriptor).size;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    // The system gives a closed file's number to the next one opened.
    if (this.#closed) throw badTrace(this.name, 'it was closed');
    checkRange(this, offset, length);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const count = this.#readSome(bytes, done, offset + done);
      if (count === 0) throw badTrace(this.name, 'it became shorter while it was read');
      done += count;
    }
    return bytes;
  }

  #readSome(bytes: Uint8Array, place: number, position: number): number {
    try {
      return readSync(this.#descriptor, bytes, place, bytes.length - place, position);
    } catch (thrown) {
      throw diskError(thrown, `read ${this.name}`);
    }
  }

  close(): void {
    if (!this.#closed) closeSync(this.#descriptor);
    this.#closed = true;
  }
}

/**
 * Opens a plain file. Anything else (a pipe, a device, a link) is refused: reading it could hang or lead elsewhere.
 * @param options.growing somebody appends to it: what has come since it was opened can be read too
 */
export function openFile(path: string, name: string, { growing = false }: { readonly growing?: boolean } = {}): ByteSource {
  try {
    if (!lstatSync(path).isFile()) throw badTrace(name, 'it is not a plain file');
    return new FileSource(name, path, growing);
  } catch (thrown) {
    throw diskError(thrown, `read ${name}`);
  }
}

/** Part of another source, which stays open when this is closed. */
export function section(whole: ByteSource, name: string, start: number, size: number): ByteSource {
  const part: ByteSource = {
    name,
    size,
    read: (offset, length) => {
      checkRange(part, offset, length);
      return whole.read(start + offset, length);
    },
    close: () => undefined,
  };
  checkRange(whole, start, size);
  return part;
}

export function inMemory(bytes: Uint8Array, name: string): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.byteLength,
    read: (offset, length) => {
      checkRange(source, offset, length);
      // Not `slice`, which for a Buffer is a view.
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    close: () => undefined,
  };
  return source;
}

const chunkBytes = 1 << 22;

/** The whole source in order, in chunks of a few megabytes. */
export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < source.size; offset += chunkBytes) {
    yield source.read(offset, Math.min(chunkBytes, source.size - offset));
    await pause();
  }
}

export async function checksum(source: ByteSource): Promise<number> {
  let sum = 0;
  for await (const chunk of chunksOf(source)) sum = crc32(chunk, sum);
  return sum;
}
