import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { InterlinearError } from '../contract/errors';

export interface EntryOptions {
  /** The entry's name in the archive. It is compared, never used as a path. */
  readonly name: string;
  /** What it must hold; more is not written. */
  readonly bytes: number;
  readonly target: string;
  readonly signal: AbortSignal;
  readonly onBytes: (done: number) => void;
}

const damaged = (message: string, cause?: unknown): InterlinearError =>
  new InterlinearError('bad-model', message, 'Try again: it may have arrived damaged.', { cause });

/**
 * Writes one entry of a zip archive to a file.
 * @throws InterlinearError `bad-model` when the archive is damaged or has no such entry; NodeJS.ErrnoException from writing
 */
export async function extractEntry(archive: string, { name, bytes, target, signal, onBytes }: EntryOptions): Promise<void> {
  const stream = await openEntry(archive, name, bytes);
  let done = 0;
  await pipeline(
    stream,
    async function* count(pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        done += piece.length;
        if (done > bytes) throw damaged(`${name} is larger than expected.`);
        onBytes(done);
        yield piece;
      }
    },
    createWriteStream(target),
    { signal },
  );
  if (done !== bytes) throw damaged(`${name} is smaller than expected.`);
}

async function openEntry(archive: string, name: string, bytes: number): Promise<Readable> {
  const zip = await yauzl.openPromise(archive).catch((error: unknown) => {
    throw damaged('The package is not a zip archive.', error);
  });
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName !== name) continue;
    if (entry.uncompressedSize !== bytes) throw damaged(`${name} is of another size than expected.`);
    return zip.openReadStreamPromise(entry);
  }
  throw damaged(`The package holds no ${name}.`);
}
