import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Progress } from './progress.mjs';

const CONNECT_TIMEOUT_MS = 10_000;
const STALL_TIMEOUT_MS = 30_000;

/** The digest of a file, read as a stream: these files are larger than we want in memory. */
export async function digestOf(file, algorithm, encoding) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest(encoding);
}

/**
 * Downloads a file with progress, checks its sha256, and only then gives it its name. Fails soon where the server
 * cannot be reached, and when nothing arrives for a while.
 */
export async function download({ url, file, sha256, label }) {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  const control = new AbortController();
  let timer = setTimeout(() => control.abort(new Error(`no answer in ${CONNECT_TIMEOUT_MS / 1_000} s`)), CONNECT_TIMEOUT_MS);
  const patience = () => {
    clearTimeout(timer);
    timer = setTimeout(() => control.abort(new Error(`nothing arrived for ${STALL_TIMEOUT_MS / 1_000} s`)), STALL_TIMEOUT_MS);
  };
  try {
    const response = await fetch(url, { signal: control.signal, redirect: 'follow' });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const progress = new Progress(label, Number(response.headers.get('content-length')) || undefined);
    const hash = createHash('sha256');
    let done = 0;
    const watch = new Transform({
      transform(chunk, _encoding, next) {
        patience();
        hash.update(chunk);
        progress.update((done += chunk.length));
        next(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), watch, createWriteStream(unfinished), { signal: control.signal });
    progress.finish();
    const found = hash.digest('hex');
    if (found !== sha256) throw new Error(`its sha256 is ${found}, expected ${sha256}`);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    // fetch hides the reason (no such host, connection refused, our own time-out) in `cause` or in the signal.
    throw new Error(reasonOf(control.signal.aborted ? control.signal.reason : error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** The innermost message: `fetch failed` alone tells nobody anything. */
export function reasonOf(error) {
  return error?.cause ? reasonOf(error.cause) : (error?.message ?? String(error));
}
