import type { DecoderSpec } from '../graph/decoder-spec';
import type { AttentionSequence } from './decoder';
import { causalMask, type CacheFeeds, type PassRunner } from './onnx-pass';
import { floats, floatsOf } from './onnx-session';

/** Places by which the cache grows; what is not filled yet is computed with and masked, so few of them. */
const growth = 256;

/** An `AttentionSequence` over the passes of a decoder, with a cache of its own. */
export class CachedSequence implements AttentionSequence {
  #length = 0;
  #capacity = 0;
  /** Per layer [Hkv, capacity, Hd]. */
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];

  /** @param alone runs a pass when no other one runs */
  constructor(
    private readonly spec: DecoderSpec,
    private readonly passes: PassRunner,
    private readonly alone: <T>(pass: () => Promise<T>) => Promise<T>,
  ) {}

  get length(): number {
    return this.#length;
  }

  async read(first: number, embeddings: Float32Array, layers: readonly number[]): Promise<readonly Float32Array[]> {
    const { width, heads } = this.spec;
    const count = embeddings.length / width;
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`${embeddings.length} numbers are not one or more whole vectors of ${width}`);
    const unknown = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= this.spec.layers);
    if (unknown !== undefined) throw new RangeError(`Layer ${unknown} is not among the ${this.spec.layers} of the model`);
    return this.alone(async () => {
      if (first > this.#length) throw new RangeError(`Position ${first} cannot be read before position ${this.#length}`);
      const capacity = first > 0 ? this.#capacity : 0;
      const outputs = await this.passes.run(
        {
          embeddings: floats(embeddings, 1, count, width),
          positions: Array.from({ length: count }, (_, i) => first + i),
          mask: causalMask(count, { filled: first, capacity }),
          segments: [capacity, 0, count],
          // A pass has to read something out; it is not fetched.
          readout: [count - 1],
          caches: [first > 0 ? this.#past() : this.passes.noPast],
        },
        ['keys', 'values', ...layers.map((layer) => `attention.${layer}`)],
      );
      this.#keep(first, count, floatsOf(outputs, 'keys'), floatsOf(outputs, 'values'));
      return layers.map((layer) => withoutGap(floatsOf(outputs, `attention.${layer}`), heads * count, first, capacity, count));
    });
  }

  #past(): CacheFeeds {
    const feeds = this.passes.cacheFeeds('prompt', 1, this.#capacity, (layer, kind) => {
      const stores = kind === 'keys' ? this.#keys : this.#values;
      return stores[layer] ?? new Float32Array(0);
    });
    return { ...this.passes.noPast, ...feeds };
  }

  /** Puts the new rows [L, Hkv, count, Hd] of a pass where they belong. */
  #keep(first: number, count: number, keys: Float32Array, values: Float32Array): void {
    const { keyValueHeads, headWidth } = this.spec;
    this.#grow(first + count);
    const size = count * headWidth;
    for (const [stores, rows] of [[this.#keys, keys] as const, [this.#values, values] as const]) {
      stores.forEach((store, layer) => {
        for (let head = 0; head < keyValueHeads; head++) {
          const at = (layer * keyValueHeads + head) * size;
          store.set(rows.subarray(at, at + size), (head * this.#capacity + first) * headWidth);
        }
      });
    }
    this.#length = Math.max(this.#length, first + count);
  }

  #grow(length: number): void {
    if (length <= this.#capacity) return;
    const { layers, keyValueHeads, headWidth } = this.spec;
    const [before, capacity] = [this.#capacity, Math.ceil(length / growth) * growth];
    const grown = (old: readonly Float32Array[]): Float32Array[] =>
      Array.from({ length: layers }, (_, layer) => {
        const store = new Float32Array(keyValueHeads * capacity * headWidth);
        for (let head = 0; head < keyValueHeads; head++) {
          const kept = old[layer]?.subarray(head * before * headWidth, (head + 1) * before * headWidth);
          if (kept) store.set(kept, head * capacity * headWidth);
        }
        return store;
      });
    this.#keys = grown(this.#keys);
    this.#values = grown(this.#values);
    this.#capacity = capacity;
  }
}

/** Rows of `capacity + count` columns without those of places that are not filled: [rows, filled + count]. */
function withoutGap(probabilities: Float32Array, rows: number, filled: number, capacity: number, count: number): Float32Array {
  if (filled === capacity) return probabilities;
  const from = capacity + count;
  const to = filled + count;
  const kept = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) {
    kept.set(probabilities.subarray(row * from, row * from + filled), row * to);
    kept.set(probabilities.subarray(row * from + capacity, (row + 1) * from), row * to + filled);
  }
  return kept;
}
