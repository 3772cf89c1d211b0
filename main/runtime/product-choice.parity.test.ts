import { afterEach, describe, expect, it } from 'vitest';
import type { DecoderSpec } from '../graph/decoder-spec';
import { Kernels } from '../kernels/kernels';
import type { ProductChoice } from '../kernels/product-choice';
import { relativeDifference } from '../measures/vectors';
import { CachedDecoder } from './cached-decoder';
import type { Decoder } from './decoder';
import { KernelPasses } from './kernel-passes';
import { kinds, llama, storages } from './testing/decoder-kinds';
import { randomWeights } from './testing/random-weights';

const ids = [3, 70, 8, 8, 41, 0, 12, 55, 3, 19, 74];

const open: Decoder[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((decoder) => decoder.dispose()));
});

/** Logits of rows that each take another step after a prompt. */
async function stepOf(decoder: Decoder, rows: number): Promise<Float32Array> {
  const { cache } = await decoder.prefill(ids.slice(0, 3));
  const steps = Array.from({ length: rows }, (_, i) => ({ cache: decoder.newRow(), embedding: decoder.embedding(ids[3 + i] ?? 0) }));
  const outputs = await decoder.step(cache, steps);
  for (const each of [...steps.map(({ cache: row }) => row), cache]) each.dispose();
  return Float32Array.from(outputs.flatMap(({ logits }) => [...logits]));
}

const sequenceOf = (decoder: Decoder): Float32Array => Float32Array.from(ids.flatMap((id) => [...decoder.embedding(id)]));

/** Ten and a half eights of rows of weights in the widest product. */
const uneven: DecoderSpec = { ...llama, headWidth: 12, innerWidth: 96, vocabulary: 84, tiedUnembedding: false };

const { bitsInBytes } = new Kernels(1);

/** Products besides the usual; not every runtime knows those in bytes. */
const choices = [
  { kind: 'wide', choice: { wide: true, bytes: [] } },
  ...(bitsInBytes.length > 0 ? [{ kind: 'in bytes', choice: { wide: false, bytes: bitsInBytes } }] : []),
  ...(bitsInBytes.length > 0 ? [{ kind: 'in bytes for 4 bits, wide for 8', choice: { wide: true, bytes: [4] } as const }] : []),
];

describe.each(choices)('products $kind', ({ choice }) => {
  describe.each(Object.entries(storages))('in %s', (_storage, storage) => {
    it.each(Object.entries({ ...kinds, uneven }))('give the bits of others: %s', async (_kind, spec) => {
      const { weights } = randomWeights(spec, storage);
      const decoderOf = async (products: ProductChoice): Promise<Decoder> => {
        const passes = await KernelPasses.create(spec, weights, { threads: 2, products });
        const decoder = new CachedDecoder(spec, weights, passes, { device: 'cpu', threads: 1 });
        open.push(decoder);
        return decoder;
      };
      const [usual, other] = [await decoderOf({ wide: false, bytes: [] }), await decoderOf(choice)];
      const [a, b] = [await usual.full(sequenceOf(usual)), await other.full(sequenceOf(other))];
      expect(relativeDifference(b.residual, a.residual)).toBe(0);
      expect(relativeDifference(b.logits, a.logits)).toBe(0);
      for (const count of [1, 2, 3]) {
        const [c, d] = [await stepOf(usual, count), await stepOf(other, count)];
        expect(relativeDifference(d, c)).toBe(0);
      }
    });
  });
});
