import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { diskError } from './disk-error';

/** Writes at the file's end; returns the bytes taken, as `fs.writeSync` does. Passed in so that a test can fill the disk. */
export type WriteBytes = (descriptor: number, bytes: Uint8Array) => number;

const writeBytes: WriteBytes = (descriptor, bytes) => writeSync(descriptor, bytes);

/** Size and CRC-32 of a finished file, as the manifest keeps them. */
export interface FileSummary {
  readonly bytes: number;
  readonly crc32: number;
}

/**
 * A file that only grows. Writes are synchronous: when `append` returns, the operating system has the bytes, and killing
 * this process cannot lose them.
 */
export class FileWriter {
  readonly #descriptor: number;
  readonly #write: WriteBytes;
  #bytes = 0;

  constructor(path: string, write: WriteBytes = writeBytes) {
    this.#descriptor = openSync(path, 'w');
    this.#write = write;
  }

  /** Bytes appended so far. */
  get bytes(): number {
    return this.#bytes;
  }

  append(bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.byteLength) done += this.#write(this.#descriptor, bytes.subarray(done));
    this.#bytes += bytes.byteLength;
  }

  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** One whose size and checksum are kept. A journal has a checksum in each record instead. */
class SummedFile extends FileWriter {
  #crc32 = 0;

  override append(bytes: Uint8Array): void {
    super.append(bytes);
    this.#crc32 = crc32(bytes, this.#crc32);
  }

  summary(): FileSummary {
    return { bytes: this.bytes, crc32: this.#crc32 };
  }
}

/**
 * Writes a file beside its place and renames it when it is whole and on the disk: a reader sees the old file or the new one.
 * @throws InterlinearError `disk-full` or `disk-error`; the half-written file is gone then
 */
export async function replaceFile(
  folder: string,
  name: string,
  write: WriteBytes | undefined,
  fill: (file: FileWriter) => void | Promise<void>,
): Promise<FileSummary> {
  const partial = join(folder, `${name}.partial`);
  try {
    const file = new SummedFile(partial, write);
    try {
      await fill(file);
      file.sync();
    } finally {
      file.close();
    }
    renameSync(partial, join(folder, name));
    return file.summary();
  } catch (thrown) {
    rmSync(partial, { force: true });
    throw diskError(thrown, `write ${name}`);
  }
}
