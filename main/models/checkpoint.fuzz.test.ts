import { constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterlinearError } from '../contract/errors';
import type { Checkpoint } from './checkpoint';
import { openGguf } from './gguf/open-gguf';
import { writeGgufAndPlaces } from './gguf/testing/write-gguf';
import { dequantize } from './quantization/dequantize';
import { storageBlocks } from './quantization/storage-blocks';
import { openSafetensorsFolder } from './safetensors-folder';
import { planSafetensors } from './safetensors';
import { applyMutations, mutations } from './testing/mutations';

/** The same mutations at every run, here and in CI. */
const seed = 20_261_124;
const runs = { gguf: 5_000, safetensors: 3_600, index: 1_500 };
const boundMilliseconds = 1_000;

/** What the readers did to the file system since the case began. */
const seen = vi.hoisted(() => ({ flags: new Set<unknown>(), largest: 0, writes: [] as string[] }));

// The readers use `node:fs/promises` alone, the test writes by `node:fs`: whatever is opened, read and written is seen.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof FileSystem>();
  const readers = new Set(['open', 'stat', 'lstat', 'realpath', 'readdir', 'readFile', 'access', 'constants', 'default']);
  const watched = Object.fromEntries(
    Object.entries(real).map(([name, value]) => [
      name,
      readers.has(name)
        ? (value as unknown)
        : (): never => {
            seen.writes.push(name);
            throw new Error(`${name} was called`);
          },
    ]),
  );
  const open = async (path: string, flags: string | number): Promise<FileSystem.FileHandle> => {
    seen.flags.add(flags);
    const handle = await real.open(path, flags);
    const read = handle.read.bind(handle) as (buffer: Uint8Array, ...rest: number[]) => ReturnType<FileSystem.FileHandle['read']>;
    return Object.assign(handle, {
      read: async (buffer: Uint8Array, ...rest: number[]) => {
        seen.largest = Math.max(seen.largest, buffer.byteLength);
        return read(buffer, ...rest);
      },
    });
  };
  return { ...watched, open };
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-fuzz-'));
  mkdirSync(join(folder, 'model'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const name of readdirSync(join(folder, 'model'))) rmSync(join(folder, 'model', name));
});

/** What a file was refused with; null for one that was read. */
type Outcome = string | null;

/** Opens, reads and widens all there is. Anything but success or a typed error fails. */
async function readAll(open: () => Promise<Checkpoint>): Promise<Outcome> {
  let checkpoint: Checkpoint | undefined;
  try {
    checkpoint = await open();
    for (const tensor of checkpoint.tensors.values()) {
      const bytes = await tensor.rows();
      expect(bytes.length).toBe(tensor.byteLength);
      expect(dequantize(tensor.type, bytes).length).toBe(tensor.shape.reduce((product, size) => product * size, 1));
    }
    return null;
  } catch (error) {
    if (!(error instanceof InterlinearError) || !['bad-model', 'unsupported'].includes(error.code)) throw error;
    expect(error.message.length).toBeLessThan(1_000);
    return error.message;
  } finally {
    await checkpoint?.close();
  }
}

/**
 * One case, held to its bounds. A machine may stop any program for a second, so a slow case is tried again: one that hangs is slow
 * every time.
 */
async function tryCase(open: () => Promise<Checkpoint>, fileBytes: number): Promise<Outcome> {
  seen.largest = 0;
  let outcome: Outcome = null;
  for (let attempt = 0; attempt < 3; attempt++) {
    const started = performance.now();
    outcome = await readAll(open);
    const elapsed = performance.now() - started;
    if (elapsed < boundMilliseconds) break;
    expect(attempt, `${elapsed} ms`).toBeLessThan(2);
  }
  expect(seen.largest).toBeLessThanOrEqual(fileBytes);
  return outcome;
}

/** That nothing was opened for writing, made, moved or removed. */
function expectUntouched(files: readonly string[]): void {
  const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  expect([...seen.flags].filter((flags) => flags !== 'r' && flags !== readOnly)).toEqual([]);
  expect(seen.writes).toEqual([]);
  expect(readdirSync(folder)).toEqual(['model']);
  expect(readdirSync(join(folder, 'model')).toSorted()).toEqual(files.toSorted());
}

const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 89 + (index >> 3)) & 255);

const gguf = writeGgufAndPlaces({
  metadata: [
    ['general.architecture', ['string', 'llama']],
    ['general.alignment', ['u32', 32]],
    ['a.u8', ['u8', 1]],
    ['a.i16', ['i16', -2]],
    ['a.f32', ['f32', 0.5]],
    ['a.bool', ['bool', true]],
    ['a.u64', ['u64', 3n]],
    ['a.f64', ['f64', 0.25]],
    ['tokens', ['array', 'string', ['a', 'b', 'ä', '<0x0A>'].map((text) => ['string', text] as const)]],
    ['scores', ['array', 'f32', [['f32', 1], ['f32', 2]]]], // prettier-ignore
    ['flags', ['array', 'bool', [['bool', 1], ['bool', 0]]]], // prettier-ignore
    ['nested', ['array', 'array', [['array', 'i64', [['i64', -1n]]], ['array', 'string', [['string', 'x']]]]]], // prettier-ignore
  ],
  tensors: (['F32', 'F16', 'Q8_0', 'Q4_1', 'Q5_0', 'Q5_K', 'Q6_K'] as const).map((type) => {
    const { elements, bytes } = storageBlocks[type];
    return { name: `blk.0.${type}.weight`, shape: [2, elements], type, data: noise(2 * bytes) };
  }),
});

const { head } = planSafetensors(
  [
    { name: 'w', dtype: 'F32', shape: [2, 8] },
    { name: 'h', dtype: 'F16', shape: [4] },
    { name: 'ids', dtype: 'I64', shape: [1] },
  ],
  { format: 'pt' },
);
const safetensors = new Uint8Array(Buffer.concat([head, noise(64 + 8 + 8)]));

const index = new TextEncoder().encode(
  JSON.stringify({ metadata: { total_size: 80 }, weight_map: { w: 'a.safetensors', h: 'a.safetensors', ids: 'a.safetensors' } }),
);

describe('a spoilt file is read or refused with a typed error: nothing else, in time, in little memory', () => {
  /** Spoils `bytes` so often, each time under the name `file`. @returns what the files were refused with, names and numbers apart */
  async function fuzz(
    numRuns: number,
    bytes: Uint8Array,
    places: readonly number[],
    file: string,
    open: () => Promise<Checkpoint>,
  ): Promise<ReadonlySet<string>> {
    const path = join(folder, 'model', file);
    writeFileSync(path, bytes);
    expect(await readAll(open)).toBeNull();
    const reasons = new Set<string>();
    let read = 0;
    let last = bytes;
    const property = fc.asyncProperty(mutations(bytes.length, places), async (list) => {
      const spoilt = applyMutations(bytes, list);
      writeFileSync(path, spoilt);
      const outcome = await tryCase(open, Math.max(spoilt.length, safetensors.length));
      if (outcome === null) read++;
      else reasons.add(outcome.replaceAll(/“[^”]*”|\d+/gu, '…'));
      last = spoilt;
    });
    await fc.assert(property, { seed, numRuns });
    expect(readFileSync(path).equals(last)).toBe(true);
    expect(read).toBeGreaterThan(numRuns / 50);
    expect(read).toBeLessThan(numRuns / 2);
    return reasons;
  }

  it('GGUF', { timeout: 120_000 }, async () => {
    const reasons = await fuzz(runs.gguf, gguf.bytes, gguf.places, 'model.gguf', () => openGguf(join(folder, 'model', 'model.gguf')));
    // Spoilt all over, not only at the front.
    expect(reasons.size).toBeGreaterThan(40);
    expectUntouched(['model.gguf']);
  });

  it('safetensors', { timeout: 120_000 }, async () => {
    const reasons = await fuzz(runs.safetensors, safetensors, [0, 4], 'model.safetensors', () =>
      openSafetensorsFolder(join(folder, 'model')),
    );
    expect(reasons.size).toBeGreaterThan(10);
    expectUntouched(['model.safetensors']);
  });

  it('the index of several safetensors files', { timeout: 120_000 }, async () => {
    writeFileSync(join(folder, 'model', 'a.safetensors'), safetensors);
    const name = 'model.safetensors.index.json';
    await fuzz(runs.index, index, [0, index.length - 9], name, () => openSafetensorsFolder(join(folder, 'model')));
    expectUntouched(['a.safetensors', name]);
  });

  it('more than ten thousand times in all', () => {
    expect(runs.gguf + runs.safetensors + runs.index).toBeGreaterThanOrEqual(10_000);
  });
});
