import { afterEach, describe, expect, it } from 'vitest';
import { decodeReading, readingLength } from '../contract/frame';
import type { LayerReading } from '../contract/steps';
import type { DecoderSpec } from '../graph/decoder-spec';
import { Kernels } from '../kernels/kernels';
import type { ProductChoice } from '../kernels/product-choice';
import type { QuickStep } from '../kernels/quick-pass';
import { CachedDecoder } from './cached-decoder';
import { KernelPasses } from './kernel-passes';
import { randomStream } from './random';
import { kinds, llama } from './testing/decoder-kinds';
import { type RandomStorage, randomWeights } from './testing/random-weights';

/** Tokens of no whole sixteen, streams of each step, and in how many directions most of them lie. */
const [vocabulary, streams, dimensions, kept] = [5003, 6, 24, 4];

const open: CachedDecoder[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(async (decoder) => decoder.dispose()));
  (globalThis as { gc?: () => void }).gc?.();
});

async function decoderOf(of: DecoderSpec, storage: RandomStorage, products: ProductChoice): Promise<CachedDecoder> {
  const spec = { ...of, vocabulary, layers: streams };
  const { weights } = randomWeights(spec, () => storage);
  const passes = await KernelPasses.create(spec, weights, { threads: 2, products });
  const decoder = new CachedDecoder(spec, weights, passes, { device: 'cpu', threads: 1 });
  open.push(decoder);
  return decoder;
}

/**
 * Streams as a text model has them: most of each in a few directions that all share, not far from one layer to the next, the rest of it anywhere.
 * What is high at the last layer is known, as a step's candidates are.
 */
async function stepsOf(decoder: CachedDecoder, count: number, { rest = 0.15, seed = 1 } = {}): Promise<QuickStep[]> {
  const { width } = decoder;
  const uniform = randomStream(seed, 0, 0);
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const directions = Array.from({ length: dimensions * width }, () => gauss() / Math.sqrt(dimensions));
  const steps = Array.from({ length: count }, (_, step) => {
    const values = new Float32Array(streams * width);
    const parts = Array.from({ length: dimensions }, gauss);
    for (let stream = streams - 1; stream >= 0; stream--) {
      for (let i = 0; i < width; i++) {
        const shared = parts.reduce((sum, part, direction) => sum + part * (directions[direction * width + i] ?? 0), 0);
        values[stream * width + i] = shared + rest * gauss();
      }
      for (let direction = 0; direction < dimensions; direction++) parts[direction] = 0.95 * (parts[direction] ?? 0) + 0.3 * gauss();
    }
    return { streams: values, target: (37 * step) % vocabulary };
  });
  const last = Float32Array.from(steps.flatMap((step) => [...step.streams.subarray(-width)]));
  const targets = steps.map(({ target }) => target);
  const packed = await decoder.readings(last, targets, kept);
  return steps.map((step, i) => ({ ...step, known: decodeReading(kept, packed, i * readingLength(kept)).top.ids }));
}

interface Pair {
  readonly quick: LayerReading;
  readonly full: LayerReading;
}

/** What is read quickly and in full, stream by stream. */
async function bothOf(decoder: CachedDecoder, steps: readonly QuickStep[]): Promise<Pair[]> {
  const quick = await decoder.quickReadings(steps, kept);
  const residuals = Float32Array.from(steps.flatMap((step) => [...step.streams]));
  const targets = steps.flatMap(({ target }) => Array.from({ length: streams }, () => target));
  const full = await decoder.readings(residuals, targets, kept);
  return targets.map((_, row) => {
    const at = row * readingLength(kept);
    return { quick: decodeReading(kept, quick ?? new Float32Array(0), at), full: decodeReading(kept, full, at) };
  });
}

function expectNear(pairs: readonly Pair[]): void {
  for (const { quick, full } of pairs) {
    expect(quick.norm).toBe(full.norm);
    expect(quick.top.ids[0]).toBe(full.top.ids[0]);
    // What is left out makes the rest too probable.
    for (const [i, probability] of full.top.probabilities.entries()) {
      if (quick.top.ids[i] !== full.top.ids[i]) continue;
      expect(quick.top.probabilities[i]).toBeGreaterThan(probability * 0.9999);
      expect(quick.top.probabilities[i]).toBeLessThan(probability * 1.1);
    }
    expect(Math.abs(quick.entropy - full.entropy)).toBeLessThan(0.4);
    expect(Math.abs(Math.log(quick.rank / full.rank))).toBeLessThan(full.rank < 8 ? 1e-9 : 1.5);
  }
  const errors = pairs.map(({ quick, full }) => Math.abs(quick.probability - full.probability));
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(1e-3);
  // They are not the same thing twice.
  expect(pairs.filter(({ quick, full }) => quick.entropy !== full.entropy).length).toBeGreaterThan(pairs.length / 2);
}

const storages = {
  '8 bits': { bits: 8, offsets: false },
  '8 bits with offsets': { bits: 8, offsets: true },
  '4 bits': { bits: 4, offsets: false },
  '4 bits with offsets, as halves': { bits: 4, offsets: true, halves: true },
} as const satisfies Record<string, RandomStorage>;

const inBytes = async (): Promise<ProductChoice> => {
  const kernels = new Kernels(1);
  const { bitsInBytes } = kernels;
  await kernels.dispose();
  return { wide: true, bytes: bitsInBytes };
};
const choices = {
  'products of eight rows': async () => Promise.resolve({ wide: false, bytes: [] }),
  'of sixteen': async () => Promise.resolve({ wide: true, bytes: [] }),
  'of bytes': inBytes,
} as const satisfies Record<string, () => Promise<ProductChoice>>;

describe('quick readings', () => {
  describe.each(Object.entries(choices))('beside %s', (_, choice) => {
    it.each(Object.entries(storages))('are near those in full, weights in %s', async (_storage, storage) => {
      const decoder = await decoderOf(llama, storage, await choice());
      // More steps than are read at once.
      expectNear(await bothOf(decoder, await stepsOf(decoder, 75)));
    });
  });

  it('are near those in full behind a layer norm with a bias, and where a matrix of its own makes the logits', async () => {
    for (const spec of [kinds['gpt2'], kinds['qwen2, untied']]) {
      const decoder = await decoderOf(spec ?? llama, storages['8 bits'], await inBytes());
      expectNear(await bothOf(decoder, await stepsOf(decoder, 20)));
    }
  });

  it('are in full where any token may be the highest', async () => {
    const decoder = await decoderOf(llama, storages['8 bits'], await inBytes());
    const flat = (await stepsOf(decoder, 8)).map((step) => ({ ...step, streams: step.streams.map(() => 0) }));
    for (const { quick, full } of await bothOf(decoder, flat)) expect(quick).toEqual(full);
  });

  it('find a token that streams point to in no shared direction where it is known, and at the layers below once it has been high', async () => {
    const decoder = await decoderOf(llama, storages['8 bits'], await inBytes());
    const { width } = decoder;
    const token = 4321;
    const row = decoder.embedding(token);
    const steps = (await stepsOf(decoder, 40)).map((step) => ({
      ...step,
      // As high as anything else could be, and higher still.
      streams: step.streams.map((value, i) => value + 2 * (row[i % width] ?? 0)),
      known: [...step.known, token],
    }));
    const pairs = await bothOf(decoder, steps);
    expect(pairs.filter(({ full }) => full.top.ids[0] === token).length).toBeGreaterThan(pairs.length / 2);
    for (const { quick, full } of pairs) expect(quick.top.ids[0]).toBe(full.top.ids[0]);
  });

  it('find at lower layers what was found above, where they point to it in no shared direction', async () => {
    // So wide that a token's own direction is hardly among the shared ones.
    const decoder = await decoderOf({ ...llama, width: 512 }, storages['8 bits'], await inBytes());
    const { width } = decoder;
    const last = streams - 1;
    // Each of its own, so that none of them is shared.
    const tokenOf = (step: number): number => 50 + 41 * step;
    const steps = (await stepsOf(decoder, 120)).map((step, index) => {
      const row = decoder.embedding(tokenOf(index));
      const factor = (stream: number): number => (stream === last ? 1.5 : 0.4);
      return { ...step, streams: step.streams.map((value, i) => value + factor(Math.floor(i / width)) * (row[i % width] ?? 0)) };
    });
    const pairs = await bothOf(decoder, steps);
    const below = pairs.filter(({ full }, i) => i % streams !== last && full.top.ids[0] === tokenOf(Math.floor(i / streams)));
    expect(below.length).toBeGreaterThan(pairs.length / 3);
    // One that has been read in full above says nothing to those below.
    const missed = below.filter(({ quick, full }) => quick.top.ids[0] !== full.top.ids[0]);
    expect(missed.length / below.length).toBeLessThan(0.05);
  });

  it('fit other streams when they come, and say the same of the first ones afterwards', async () => {
    const decoder = await decoderOf(llama, storages['8 bits'], await inBytes());
    const [first, other] = [await stepsOf(decoder, 20), await stepsOf(decoder, 20, { seed: 2 })];
    expectNear(await bothOf(decoder, first));
    expectNear(await bothOf(decoder, other));
    expectNear(await bothOf(decoder, first));
  });

  it('say so where streams are no numbers, and go on afterwards', async () => {
    const decoder = await decoderOf(llama, storages['8 bits'], await inBytes());
    const steps = await stepsOf(decoder, 5);
    const broken = steps.map((step, i) => ({ ...step, streams: i === 3 ? step.streams.map(() => NaN) : step.streams }));
    await expect(decoder.quickReadings(broken, kept)).rejects.toMatchObject({ code: 'bad-model' });
    const endless = steps.map((step, i) => ({ ...step, streams: i === 3 ? step.streams.map(() => Infinity) : step.streams }));
    await expect(decoder.quickReadings(endless, kept)).rejects.toMatchObject({ code: 'bad-model' });
    expectNear(await bothOf(decoder, steps));
  });

  it('are of no more streams and tokens than the model has, whatever a trace says', async () => {
    const decoder = await decoderOf(llama, storages['8 bits'], await inBytes());
    const steps = await stepsOf(decoder, 3);
    const quick = await decoder.quickReadings(steps, kept);
    for (const target of [-1, 0.5, NaN, vocabulary, 2 ** 31]) {
      const claimed = steps.map((step) => ({ ...step, target }));
      await expect(decoder.quickReadings(claimed, kept)).rejects.toMatchObject({ code: 'bad-trace' });
      await expect(decoder.readings(new Float32Array(decoder.width), [target], kept)).rejects.toMatchObject({ code: 'bad-trace' });
      const known = steps.map((step) => ({ ...step, known: [target, ...step.known, target] }));
      expect(await decoder.quickReadings(known, kept)).toEqual(quick);
    }
    for (const length of [0, 1, streams * decoder.width - 1, (streams + 1) * decoder.width]) {
      const cut = steps.map((step, i) => (i === 1 ? { ...step, streams: new Float32Array(length) } : step));
      await expect(decoder.quickReadings(cut, kept)).rejects.toMatchObject({ code: 'bad-trace' });
    }
    expect(await decoder.quickReadings([], kept)).toHaveLength(0);
  });

  it('are read between passes, whatever a run does meanwhile', async () => {
    const decoder = await decoderOf(llama, storages['4 bits'], await inBytes());
    const steps = await stepsOf(decoder, 40);
    const alone = await decoder.quickReadings(steps, kept);
    const embeddings = Float32Array.from([3, 70, 8, 8].flatMap((id) => [...decoder.embedding(id)]));
    const passes = Array.from({ length: 5 }, async () => decoder.full(embeddings));
    expect(await decoder.quickReadings(steps, kept)).toEqual(alone);
    const [one, ...others] = (await Promise.all(passes)).map(({ logits }) => logits);
    for (const logits of others) expect(logits).toEqual(one);
  });
});
