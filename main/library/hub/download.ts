import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { InterlinearError } from '../../contract/errors';
import { diskError } from '../../traces/disk-error';
import { hubError, statusError } from './hub-errors';
import { Patience } from './patience';

/** What a finished file must be: LFS files go by their SHA-256, others by the id git gives their content. */
export interface Expected {
  readonly bytes: number;
  readonly hash: { readonly kind: 'sha256' | 'git'; readonly value: string };
}

export interface DownloadOptions {
  readonly url: string;
  /** Where the finished file goes; what has come so far is kept beside it as `<target>.incomplete`. */
  readonly target: string;
  readonly expected: Expected;
  /** What is fetched, for messages. */
  readonly what: string;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** Told how many bytes of the file there are. */
  readonly onBytes: (done: number) => void;
  /** Milliseconds of silence after which a transfer counts as broken off. */
  readonly silence?: number;
  /** Milliseconds before the second try; doubled for each further one. */
  readonly pause?: number;
}

/** Tries in a row that bring nothing before a transfer is given up. */
const fruitlessTries = 3;

async function matches(path: string, { bytes, hash: { kind, value } }: Expected): Promise<boolean> {
  const hash = createHash(kind === 'sha256' ? 'sha256' : 'sha1');
  if (kind === 'git') hash.update(`blob ${bytes}\0`);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest('hex') === value;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Fetches what is missing of `part`. */
async function transfer(part: string, options: DownloadOptions): Promise<void> {
  const { url, expected, what, fetch, signal, onBytes, silence = 30_000 } = options;
  const have = await sizeOf(part);
  const patience = new Patience(signal, silence);
  try {
    const response = await fetch(url, {
      signal: patience.signal,
      headers: { 'Accept-Encoding': 'identity', ...(have > 0 && { Range: `bytes=${have}-` }) },
    });
    if (!response.ok || !response.body) throw statusError(response.status, what);
    // A server without ranges answers 200 and begins at the beginning.
    const resumed = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true;
    let done = resumed ? have : 0;
    const file = await open(part, resumed ? 'a' : 'w');
    try {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        patience.renew();
        if (done + piece.length > expected.bytes) {
          throw new InterlinearError('unreachable', `The hub sent more of ${what} than it has.`, 'Try again later.');
        }
        await file.writeFile(piece);
        done += piece.length;
        onBytes(done);
      }
    } finally {
      await file.close();
    }
  } finally {
    patience.end();
  }
}

/**
 * Fetches a file, going on where an earlier try (of this or another program with the same cache) broke off. It gets its name
 * only when its hash is right.
 * @throws InterlinearError `unreachable`, `unknown-model`, `disk-full`, `disk-error`; the signal's reason when aborted
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { target, expected, what, signal, onBytes, pause = 500 } = options;
  const part = `${target}.incomplete`;
  let fruitless = 0;
  let afresh = false;
  try {
    await mkdir(dirname(target), { recursive: true });
    if ((await sizeOf(part)) > expected.bytes) await rm(part);
    for (;;) {
      if ((await sizeOf(part)) === expected.bytes) {
        if (await matches(part, expected)) break;
        await rm(part);
        if (afresh) throw new InterlinearError('unreachable', `${what} arrived damaged twice.`, 'Try again later, or from elsewhere.');
        afresh = true;
      }
      const before = await sizeOf(part);
      onBytes(before);
      let failure: InterlinearError | null = null;
      try {
        await transfer(part, options);
      } catch (error) {
        signal.throwIfAborted();
        const known = hubError(diskError(error, `write ${what}`), what);
        const broken = known instanceof InterlinearError && known.code === 'unreachable' && known.cause !== undefined;
        if (!broken) throw known;
        failure = known;
      }
      const after = await sizeOf(part);
      fruitless = after > before ? 0 : fruitless + 1;
      if (fruitless >= fruitlessTries)
        throw failure ?? new InterlinearError('unreachable', `${what} arrived cut short.`, 'Try again later.');
      if (after < expected.bytes) await delay(pause * 2 ** fruitless, undefined, { signal });
    }
    await rename(part, target);
  } catch (error) {
    signal.throwIfAborted();
    throw diskError(error, `write ${what}`);
  }
}
