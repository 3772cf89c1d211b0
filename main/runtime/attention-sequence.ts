import type { DecoderSpec } from '../graph/decoder-spec';
import { copyLines } from './cache-lines';
import type { AttentionSequence } from './decoder';
import type { LayerAttention } from './layer-attention';
import type { PassQueue } from './pass-queue';
import { type Added, type CacheArray, type CacheKind, cacheKinds, type Segment } from './passes';

/** Places by which the cache grows; what is not filled yet is computed with and masked, so few of them. */
const growth = 256;
/** Places more, so that lines do not meet in a processor's cache: see `row-caches.ts`. */
const apart = 16;

type Stores = Readonly<Record<CacheKind, readonly CacheArray[]>>;

/** An `AttentionSequence` over the passes of a decoder, with a cache of its own. */
export class CachedSequence implements AttentionSequence {
  #length = 0;
  #capacity = 0;
  /** Per layer [lines, capacity]. */
  #stores: Stores = { keys: [], values: [] };
  #disposed = false;

  constructor(
    private readonly spec: DecoderSpec,
    private readonly queue: PassQueue,
    private readonly attention: LayerAttention,
  ) {}

  get length(): number {
    return this.#length;
  }

  async read(first: number, embeddings: Float32Array, layers: readonly number[]): Promise<readonly Float32Array[]> {
    if (this.#disposed) throw new Error('This sequence has been disposed of');
    const { width } = this.spec;
    const count = embeddings.length / width;
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`${embeddings.length} numbers are not one or more whole vectors of ${width}`);
    const unknown = layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= this.spec.layers);
    if (unknown !== undefined) throw new RangeError(`Layer ${unknown} is not among the ${this.spec.layers} of the model`);
    return this.queue.alone(async () => {
      if (first > this.#length) throw new RangeError(`Position ${first} cannot be read before position ${this.#length}`);
      const { writesCache } = this.queue;
      if (writesCache) this.#grow(first + count);
      const before = this.#past(first);
      const past = first > 0 ? before : null;
      const positions = Array.from({ length: count }, (_, i) => first + i);
      const outputs = await this.queue.run({
        batch: 1,
        added: count,
        embeddings,
        positions,
        prompt: writesCache ? null : past,
        own: writesCache ? before : null,
        // A pass has to read something out.
        readout: [count - 1],
        tapped: layers.length > 0 ? Array.from({ length: count }, (_, i) => i) : [],
      });
      const probabilities: Float32Array[] = [];
      for (const layer of layers) {
        const stream = outputs.residual.subarray(layer * count * width, (layer + 1) * count * width);
        const keys = past?.keys[layer];
        const read = past && keys && { filled: first, capacity: past.capacity, data: this.queue.floatsOf(keys, past.capacity) };
        probabilities.push(await this.attention.read(layer, stream, positions, read ?? null));
      }
      if (outputs.added) this.#keep(first, count, outputs.added);
      this.#length = Math.max(this.#length, first + count);
      return probabilities;
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // What was asked for before is read to its end.
    void this.queue.alone(() => {
      this.#free();
      return Promise.resolve();
    });
  }

  #past(filled: number): Segment {
    return { batch: 1, capacity: this.#capacity, ...this.#stores, filled: [filled] };
  }

  #free(): void {
    for (const array of cacheKinds.flatMap((kind) => this.#stores[kind])) this.queue.free(array);
    this.#stores = { keys: [], values: [] };
  }

  /** Puts the new positions of a pass, [L, lines, count], where they belong. */
  #keep(first: number, count: number, added: Added): void {
    this.#grow(first + count);
    for (const kind of cacheKinds) {
      const lines = this.queue.cacheLines[kind];
      this.#stores[kind].forEach((store, layer) => {
        const from = { data: added[kind], width: count, line: layer * lines, at: 0 };
        copyLines(from, { data: store, width: this.#capacity, line: 0, at: first }, lines, count);
      });
    }
  }

  #grow(length: number): void {
    if (length <= this.#capacity) return;
    const { layers } = this.spec;
    const [before, capacity] = [this.#capacity, Math.ceil(length / growth) * growth + apart];
    const grown = (kind: CacheKind): CacheArray[] =>
      Array.from({ length: layers }, (_, layer) => {
        const data = this.queue.allocate(kind, capacity);
        const kept = this.#stores[kind][layer];
        const lines = this.queue.cacheLines[kind];
        if (kept) copyLines({ data: kept, width: before, line: 0, at: 0 }, { data, width: capacity, line: 0, at: 0 }, lines, before);
        return data;
      });
    const stores = { keys: grown('keys'), values: grown('values') };
    this.#free();
    this.#stores = stores;
    this.#capacity = capacity;
  }
}
