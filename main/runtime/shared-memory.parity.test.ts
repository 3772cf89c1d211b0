import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DecoderSpec } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import { maximumAbsoluteDifference } from '../measures/vectors';
import { readArchitecture } from '../models/architectures/read-architecture';
import { readWeights } from '../models/weights';
import { CachedDecoder } from './cached-decoder';
import type { Decoder, RowCache } from './decoder';
import { OnnxPasses } from './onnx-passes';
import { openDecoder } from './open-decoder';
import type { CacheArray, CacheKind, Pass, Passes, PassOutputs, Segment } from './passes';
import { CountingMemory } from './testing/counting-memory';

const folder = join(import.meta.dirname, '../models/architectures/fixtures/llama-grouped');
const settings = { device: 'cpu', threads: 1 } as const;

/** Passes that read keys and values from memory the runtime itself cannot take. */
class SharedPasses implements Passes {
  readonly inputBits = 32;
  readonly engine = 'shared 1';
  readonly lens = null;
  readonly writesCache = false;
  readonly memory: CountingMemory;
  readonly #passes: OnnxPasses;

  constructor(passes: OnnxPasses) {
    this.#passes = passes;
    this.memory = new CountingMemory(passes.cacheLines, (length) => new Float32Array(new SharedArrayBuffer(4 * length)));
  }

  async run(pass: Pass): Promise<PassOutputs> {
    const plain = (segment: Segment | null): Segment | null => {
      if (!segment) return null;
      const { keys, values, ...rest } = segment;
      for (const array of [...keys, ...values]) expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
      return { ...rest, keys: keys.map((array) => array.slice()), values: values.map((array) => array.slice()) };
    };
    // Others have a turn before the memory is read, as while threads compute.
    await setImmediate();
    return this.#passes.run({ ...pass, prompt: plain(pass.prompt), own: plain(pass.own) });
  }

  get cacheLines(): Readonly<Record<CacheKind, number>> {
    return this.#passes.cacheLines;
  }

  get cacheBytesPerPosition(): number {
    return this.#passes.cacheBytesPerPosition;
  }

  floatsOf(cached: CacheArray): Float32Array {
    // What `slice` gives lies in memory of its own.
    return this.#passes.floatsOf(cached);
  }

  allocate(kind: CacheKind, positions: number): CacheArray {
    return this.memory.allocate(kind, positions);
  }

  free(array: CacheArray): void {
    this.memory.free(array);
  }

  async release(): Promise<void> {
    await this.#passes.release();
  }
}

let spec: DecoderSpec;
let weights: Weights;
let plain: Decoder;
let passes: SharedPasses;
let decoder: CachedDecoder;

beforeAll(async () => {
  const architecture = readArchitecture(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  ({ spec } = architecture);
  weights = readWeights(await readFile(join(folder, 'model.safetensors')), architecture);
  plain = await openDecoder(spec, weights, settings);
});
beforeEach(async () => {
  passes = new SharedPasses(await OnnxPasses.create(spec, weights, settings));
  decoder = new CachedDecoder(spec, weights, passes, settings);
});
afterAll(() => plain.dispose());

/** Long enough to be read in several portions. */
const tokens = Array.from({ length: 300 }, (_, i) => (7 * i + (i % 5)) % 48);
const embedded = (of: Decoder, first: number, count: number): Float32Array =>
  Float32Array.from(tokens.slice(first, first + count).flatMap((token) => [...of.embedding(token)]));

/** A prompt of 150 tokens, then 40 steps of rows that come, part and go. */
async function decode(of: Decoder): Promise<Float32Array[]> {
  const { cache: prompt, last } = await of.prefill(tokens.slice(0, 150));
  const rows = [of.newRow()];
  const others: RowCache[] = [];
  const logits = [last.logits];
  for (let step = 0; step < 40; step++) {
    const parted = step % 10 === 5 ? rows[0]?.fork() : undefined;
    if (parted) rows.push(parted);
    if (step % 10 === 9) rows.shift()?.dispose();
    const inputs = rows.map((cache, i) => ({ cache, embedding: of.embedding((step + 3 * i) % 48) }));
    const under = of.step(prompt, inputs);
    await Promise.resolve();
    others.push(of.newRow());
    logits.push(...(await under).map((output) => output.logits));
  }
  for (const each of [...rows, ...others, prompt]) each.dispose();
  return logits;
}

it('gives the same numbers over memory shared among threads, and all of it back', async () => {
  const [found, expected] = [await decode(decoder), await decode(plain)];
  expect(found).toHaveLength(expected.length);
  found.forEach((logits, i) => {
    expect(maximumAbsoluteDifference(logits, expected[i] ?? new Float32Array(0))).toBe(0);
  });
  const [full, fullOfPlain] = [await decoder.full(embedded(decoder, 0, 200)), await plain.full(embedded(plain, 0, 200))];
  expect(maximumAbsoluteDifference(full.logits, fullOfPlain.logits)).toBe(0);
  await decoder.dispose();
  expect(passes.memory.live).toBe(0);
});

it('gives the same attention, also of what was being read when the sequence was disposed of', async () => {
  const ours = decoder.sequence();
  const theirs = plain.sequence();
  for (let first = 0; first < 300; first += 100) {
    const reading = ours.read(first, embedded(decoder, first, 100), [0, 1]);
    if (first === 200) ours.dispose();
    const expected = await theirs.read(first, embedded(plain, first, 100), [0, 1]);
    (await reading).forEach((probabilities, i) => {
      expect(maximumAbsoluteDifference(probabilities, expected[i] ?? new Float32Array(0))).toBe(0);
    });
  }
  await expect(ours.read(0, embedded(decoder, 0, 1), [0])).rejects.toThrow('disposed');
  ours.dispose();
  await decoder.dispose();
  expect(passes.memory.live).toBe(0);
});

it('gives back what a decoder holds when it is disposed of with rows in it, and what a pass that failed had', async () => {
  const { cache: prompt } = await decoder.prefill(tokens.slice(0, 10));
  const row = decoder.newRow();
  await decoder.step(prompt, [{ cache: row, embedding: decoder.embedding(1) }]);
  passes.run = () => Promise.reject(new Error('device lost'));
  await expect(decoder.full(embedded(decoder, 0, 100))).rejects.toThrow('device lost');
  prompt.dispose();
  await decoder.dispose();
  row.dispose();
  expect(passes.memory.live).toBe(0);
});
