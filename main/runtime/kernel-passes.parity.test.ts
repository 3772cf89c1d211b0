import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeReading, readingLength } from '../contract/frame';
import type { DecoderSpec } from '../graph/decoder-spec';
import { KernelMemory } from '../kernels/kernel-memory';
import { kernelsFit } from '../kernels/kernel-weights';
import { Kernels, knowsBytes } from '../kernels/kernels';
import { layerReading, readLens } from '../measures/lens-reading';
import { relativeDifference } from '../measures/vectors';
import { walkOver } from '../measures/vocabulary-walk';
import { plainForward } from '../models/reference/plain-forward';
import { CachedDecoder } from './cached-decoder';
import type { Decoder, RowCache } from './decoder';
import { KernelPasses } from './kernel-passes';
import { kinds, llama, storages } from './testing/decoder-kinds';
import { randomWeights } from './testing/random-weights';

const ids = [3, 70, 8, 8, 41, 0, 12, 55, 3, 19, 74];

const open: Decoder[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((decoder) => decoder.dispose()));
  // Addresses set aside for a memory are free again when it is collected, and Electron has room for about a hundred.
  (globalThis as { gc?: () => void }).gc?.();
});

interface Model {
  readonly spec: DecoderSpec;
  readonly weights: ReturnType<typeof randomWeights>;
}

async function makeDecoder({ spec, weights: { weights } }: Model, arithmetic: 'fast' | 'exact', threads = 2): Promise<Decoder> {
  const passes = await KernelPasses.create(spec, weights, { threads, arithmetic, products: { wide: false, bytes: [] } });
  return new CachedDecoder(spec, weights, passes, { device: 'cpu', threads: 1 });
}

/** For one test. */
async function decoderOf(...of: Parameters<typeof makeDecoder>): Promise<Decoder> {
  const decoder = await makeDecoder(...of);
  open.push(decoder);
  return decoder;
}

const sequenceOf = (decoder: Decoder, tokens: readonly number[]): Float32Array =>
  Float32Array.from(tokens.flatMap((id) => [...decoder.embedding(id)]));

/** The kernels' readings of residual streams, made beside passes, are those of final norm and unembedding in 64 bits. */
async function expectLens(decoder: Decoder, residual: Float32Array, limit: number): Promise<void> {
  expect(decoder.readsLens).toBe(true);
  const { width, vocabulary } = decoder;
  const targets = Array.from({ length: residual.length / width }, (_, i) => (7 * i) % vocabulary);
  const [packed] = await Promise.all([decoder.readings(residual, targets, 3), decoder.full(sequenceOf(decoder, ids))]);
  for (const [row, target] of targets.entries()) {
    const stream = residual.subarray(row * width, (row + 1) * width);
    const expected = layerReading(readLens(stream, await decoder.lens(stream), 3), target);
    const found = decodeReading(3, packed, row * readingLength(3));
    expect(found.norm).toBe(Math.fround(expected.norm));
    expect(Math.abs(found.entropy - expected.entropy)).toBeLessThan(10 * limit);
    for (const [i, probability] of [expected.probability, ...expected.top.probabilities].entries())
      expect(Math.abs(([found.probability, ...found.top.probabilities][i] ?? NaN) - probability)).toBeLessThan(limit);
    // Of two that rounding makes as good as equal either may be first.
    if (limit < 1e-4) expect([found.rank, found.top.ids]).toEqual([expected.rank, expected.top.ids]);
  }
}

describe.each(Object.entries(kinds))('%s', (_kind, spec) => {
  describe.each(Object.entries(storages))('in %s', (_storage, storage) => {
    const model: Model = { spec, weights: randomWeights(spec, storage) };

    describe.each([
      { arithmetic: 'exact' as const, limit: 1e-5 },
      { arithmetic: 'fast' as const, limit: 1e-3 },
    ])('$arithmetic', ({ arithmetic, limit }) => {
      let decoder: Decoder;
      beforeAll(async () => {
        decoder = await makeDecoder(model, arithmetic);
      });
      afterAll(async () => decoder.dispose());

      it('gives what plain arithmetic gives, and reads the lens so', async () => {
        expect(kernelsFit(spec, model.weights.weights)).toBe(true);
        const expected = await plainForward({ spec, weights: model.weights.values, ids });
        const found = await decoder.full(sequenceOf(decoder, ids));
        expect(relativeDifference(found.residual, expected.residual)).toBeLessThan(limit);
        expect(relativeDifference(found.logits.subarray(-spec.vocabulary), expected.logits ?? new Float32Array(0))).toBeLessThan(limit);
        await expectLens(decoder, found.residual, limit);
      });

      it('gives the same step by step, in rows of different lengths over a shared prompt', async () => {
        const full = await decoder.full(sequenceOf(decoder, ids));
        const { cache, last } = await decoder.prefill(ids.slice(0, 3));
        const logitsAt = (position: number): Float32Array =>
          full.logits.subarray(position * spec.vocabulary, (position + 1) * spec.vocabulary);
        expect(relativeDifference(last.logits, logitsAt(2))).toBeLessThan(limit);
        // Each row a step behind the one before; five of them fill no group of four.
        const rows = Array.from({ length: 5 }, () => decoder.newRow());
        for (let tick = 3; tick < ids.length + rows.length - 1; tick++) {
          const going = rows.flatMap((row, i) => (tick - i >= 3 && tick - i < ids.length ? [{ row, position: tick - i }] : []));
          const outputs = await decoder.step(
            cache,
            going.map(({ row, position }) => ({ cache: row, embedding: decoder.embedding(ids[position] ?? 0) })),
          );
          for (const [i, { logits, hidden }] of outputs.entries()) {
            const position = going[i]?.position ?? 0;
            expect(relativeDifference(logits, logitsAt(position))).toBeLessThan(limit);
            expect(relativeDifference(hidden, full.hidden.subarray(position * spec.width, (position + 1) * spec.width))).toBeLessThan(
              limit,
            );
          }
        }
        for (const each of [...rows, cache]) each.dispose();
      });
    });
  });
});

it('gives the same bits whatever the number of threads and whatever ran before', async () => {
  const model: Model = { spec: llama, weights: randomWeights(llama, () => ({ bits: 4, offsets: true })) };
  const [one, three] = [await decoderOf(model, 'fast', 1), await decoderOf(model, 'fast', 3)];
  const long = Array.from({ length: 150 }, (_, i) => (i * 31) % llama.vocabulary);
  await three.full(sequenceOf(three, long.slice(0, 40)));
  const [a, b] = [await one.full(sequenceOf(one, long)), await three.full(sequenceOf(three, long))];
  expect(b.logits).toEqual(a.logits);
  expect(b.residual).toEqual(a.residual);
});

it('walks over each row’s logits as it was asked to, wherever the row lies', async () => {
  const decoder = await decoderOf({ spec: llama, weights: randomWeights(llama, () => ({ bits: 8, offsets: false })) }, 'fast');
  const { cache } = await decoder.prefill(ids);
  const [first, second, third] = [decoder.newRow(), decoder.newRow(), decoder.newRow()];
  const row = (of: RowCache, token: number, kept: number, temperature: number, excluded: readonly number[] = []) => ({
    cache: of,
    embedding: decoder.embedding(token),
    walk: { kept, drawing: { temperature, excluded } },
  });
  const inputs = [row(third, 5, 4, 0.5), row(first, 9, 2, 1, [3]), row(second, 11, 8, 0)];
  const outputs = await decoder.step(cache, inputs);
  for (const [i, { logits, walk }] of outputs.entries()) {
    expect(walk).toEqual(walkOver(logits, inputs[i]?.walk ?? { kept: 0, drawing: null }));
  }
  const [alone] = await decoder.step(cache, [{ cache: first, embedding: decoder.embedding(2) }]);
  expect(alone?.walk).toBeUndefined();
  for (const each of [first, second, third, cache]) each.dispose();
});

it('keeps what a pass wrote when others make room for their rows before it is told', async () => {
  const decoder = await decoderOf({ spec: llama, weights: randomWeights(llama, () => ({ bits: 8, offsets: false })) }, 'fast');
  const { cache } = await decoder.prefill(ids.slice(0, 3));
  const [quiet, disturbed] = [decoder.newRow(), decoder.newRow()];
  const others: RowCache[] = [];
  const step = async (row: RowCache, token: number, meanwhile: () => void) => {
    const under = decoder.step(cache, [{ cache: row, embedding: decoder.embedding(token) }]);
    for (let turn = 0; turn < 6; turn++) {
      meanwhile();
      await Promise.resolve();
    }
    return (await under)[0]?.logits;
  };
  for (const token of ids) {
    const expected = await step(quiet, token, () => undefined);
    // Slots double as they fill up, and all rows move.
    expect(await step(disturbed, token, () => others.push(decoder.newRow(), disturbed.fork()))).toEqual(expected);
  }
  for (const each of [quiet, disturbed, ...others, cache]) each.dispose();
});

it('reads the lens quickly only where the runtime knows how, weights are multiplied as they are stored, and it is worth the while', async () => {
  const large = { ...llama, vocabulary: 5003 };
  const model: Model = { spec: large, weights: randomWeights(large, () => ({ bits: 8, offsets: false })) };
  const decoder = await decoderOf(model, 'fast');
  expect(decoder.readsQuickly).toBe(knowsBytes);
  const others = [
    await decoderOf(model, 'exact'),
    await decoderOf({ spec: llama, weights: randomWeights(llama, () => ({ bits: 8, offsets: false })) }, 'fast'),
  ];
  for (const other of [...others, ...(knowsBytes ? [] : [decoder])])
    expect([other.readsQuickly, await other.quickReadings([], 3)]).toEqual([false, null]);
});

it('says so where a lens has no numbers to read', async () => {
  const decoder = await decoderOf({ spec: llama, weights: randomWeights(llama, () => ({ bits: 8, offsets: false })) }, 'fast');
  await expect(decoder.readings(new Float32Array(llama.width).fill(NaN), [1], 3)).rejects.toMatchObject({ code: 'bad-model' });
  await expect(decoder.readings(new Float32Array(llama.width + 1), [1], 3)).rejects.toThrow(RangeError);
});

describe('keys and values in 16 bits', () => {
  const model: Model = { spec: llama, weights: randomWeights(llama, () => ({ bits: 4, offsets: true })) };
  const long = Array.from({ length: 333 }, (_, i) => (i * 31) % llama.vocabulary);

  it('give what floats give: a long prompt, and ten rows after it that part from each other', async () => {
    const steps = async (arithmetic: 'fast' | 'exact'): Promise<Float32Array[]> => {
      const decoder = await decoderOf(model, arithmetic);
      const { cache, last } = await decoder.prefill(long.slice(0, 301));
      const first = decoder.newRow();
      const found = [last.logits];
      const take = async (rows: readonly RowCache[], position: number): Promise<void> => {
        const inputs = rows.map((row, i) => ({ cache: row, embedding: decoder.embedding(long[position + 3 * i] ?? 0) }));
        found.push(...(await decoder.step(cache, inputs)).map(({ logits }) => logits));
      };
      for (let position = 301; position < 306; position++) await take([first], position);
      const rows = [first, ...Array.from({ length: 9 }, () => first.fork())];
      for (let position = 306; position < 318; position++) await take(rows, position % 333);
      for (const each of [...rows, cache]) each.dispose();
      return found;
    };
    const [found, expected] = [await steps('fast'), await steps('exact')];
    expect(found).toHaveLength(1 + 5 + 10 * 12);
    found.forEach((logits, i) => expect(relativeDifference(logits, expected[i] ?? new Float32Array(0))).toBeLessThan(1e-3));
  });

  it('are given to whoever shows where a layer looks', async () => {
    const read = async (arithmetic: 'fast' | 'exact'): Promise<readonly Float32Array[]> => {
      const decoder = await decoderOf(model, arithmetic);
      const sequence = decoder.sequence();
      await sequence.read(0, sequenceOf(decoder, long.slice(0, 30)), []);
      const probabilities = await sequence.read(30, sequenceOf(decoder, long.slice(30, 40)), [0, 1]);
      sequence.dispose();
      return probabilities;
    };
    const [found, expected] = [await read('fast'), await read('exact')];
    expect(found).toHaveLength(2);
    found.forEach((probabilities, layer) =>
      expect(relativeDifference(probabilities, expected[layer] ?? new Float32Array(0))).toBeLessThan(1e-3),
    );
  });

  it('hide no number that is none', async () => {
    const decoder = await decoderOf(model, 'fast');
    const sequence = sequenceOf(decoder, ids);
    sequence[4 * llama.width + 1] = NaN;
    const { logits } = await decoder.full(sequence);
    const at = (position: number): Float32Array => logits.subarray(position * llama.vocabulary, (position + 1) * llama.vocabulary);
    expect(at(3).every(Number.isFinite)).toBe(true);
    for (const position of [4, 5, 10]) expect(at(position).every(Number.isNaN)).toBe(true);
    const broken = decoder.embedding(3).slice();
    broken[0] = Infinity;
    const { cache } = await decoder.prefill(ids);
    const row = decoder.newRow();
    const step = async (embedding: Float32Array): Promise<Float32Array | undefined> =>
      (await decoder.step(cache, [{ cache: row, embedding }]))[0]?.logits;
    expect((await step(decoder.embedding(3)))?.every(Number.isFinite)).toBe(true);
    await step(broken);
    expect((await step(decoder.embedding(3)))?.every(Number.isNaN)).toBe(true);
  });
});

describe('where memory is large or short', () => {
  const model: Model = { spec: llama, weights: randomWeights(llama, () => ({ bits: 4, offsets: true })) };
  const allocate = vi.spyOn(KernelMemory.prototype, 'allocate');
  const first = (act: (memory: KernelMemory) => number): void => {
    allocate.mockImplementationOnce(function act2(this: KernelMemory) {
      return act(this);
    });
  };
  afterEach(() => allocate.mockClear());

  it('computes the same with all of it past 2 GiB', async () => {
    const expected = await decoderOf(model, 'fast');
    const { logits } = await expected.full(sequenceOf(expected, ids));
    first((memory) => {
      memory.allocate(2.2e9);
      return memory.allocate(1e6);
    });
    const far = await decoderOf(model, 'fast');
    expect((await far.full(sequenceOf(far, ids))).logits).toEqual(logits);
    const addresses = allocate.mock.results.map(({ value }) => Number(value));
    expect(Math.max(...addresses)).toBeGreaterThan(2 ** 31);
  });

  it('lets its threads go where the weights do not fit', async () => {
    const dispose = vi.spyOn(Kernels.prototype, 'dispose');
    first((memory) => memory.allocate(5e9));
    await expect(decoderOf(model, 'fast')).rejects.toThrow('could not be had');
    expect(dispose).toHaveBeenCalledOnce();
    dispose.mockRestore();
  });
});

it('says how much of the matrices it has taken, and lets others have their turn', async () => {
  const { weights } = randomWeights(llama, () => ({ bits: 4, offsets: true }));
  const stored = [...weights.places].filter(
    ([name]) => /\.(int4|scales|offsets)$/u.test(name) && (llama.tiedUnembedding || !name.startsWith('embedding')),
  );
  const total = stored.reduce((sum, [, { byteLength }]) => sum + byteLength, 0);
  const said: number[] = [];
  let turns = 0;
  const others = setInterval(() => turns++);
  const passes = await KernelPasses.create(llama, weights, {
    threads: 1,
    products: { wide: false, bytes: [] },
    onTaken: (doneBytes, totalBytes) => {
      expect(totalBytes).toBe(total);
      said.push(doneBytes);
    },
  });
  clearInterval(others);
  await passes.release();
  expect(said).toEqual(said.toSorted((a, b) => a - b));
  expect(said.length).toBeGreaterThan(10);
  expect(said.at(-1)).toBe(total);
  expect(turns).toBeGreaterThan(0);
});

it.each([
  [true, 1],
  [false, 0],
])('keeps scales and offsets as halves where that is what they are: %s', async (halves, narrow) => {
  const prepare = vi.spyOn(Kernels.prototype, 'prepare');
  const decoder = await decoderOf({ spec: llama, weights: randomWeights(llama, () => ({ bits: 4, offsets: true, halves })) }, 'fast');
  await decoder.full(sequenceOf(decoder, ids));
  const products = prepare.mock.calls.filter(([job]) => job === 'multiply');
  prepare.mockRestore();
  expect(products.length).toBeGreaterThan(0);
  for (const [, values] of products) expect(values).toHaveProperty('narrow', narrow);
});

it('leaves to others what it cannot compute', () => {
  const odd = { ...llama, headWidth: 18, heads: 16, keyValueHeads: 16 };
  expect(kernelsFit(odd, randomWeights(odd, () => ({ bits: 8, offsets: false })).weights)).toBe(false);
  const { weights } = randomWeights(llama, () => ({ bits: 8, offsets: false }));
  const places = new Map(weights.places);
  places.delete('layer.1.feed-forward.down.int8');
  expect(kernelsFit(llama, { ...weights, places })).toBe(false);
});

it('says what its heads span and what its caches take, which a lane’s cost is counted by', async () => {
  const spec = kinds['qwen3'] ?? llama;
  const model: Model = { spec, weights: randomWeights(spec, () => ({ bits: 4, offsets: false })) };
  const [fast, exact] = [await decoderOf(model, 'fast'), await decoderOf(model, 'exact')];
  expect(fast.attentionWidth).toBe(6 * 32);
  // Of each layer keys and values of two heads: 32 numbers of 16 bits with a scale of 32, or of 32 bits.
  expect(fast.cacheBytesPerPosition).toBe(2 * 2 * 2 * (32 * 2 + 4));
  expect(exact.cacheBytesPerPosition).toBe(2 * 2 * 2 * 32 * 4);
});
