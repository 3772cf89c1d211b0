import type { DecoderSpec } from '../graph/decoder-spec';
import { copyLines } from './cache-lines';
import { type CacheFeeds, type PassRunner } from './onnx-pass';
import { floats, floatsOf } from './onnx-session';

/** Up to so many positions are read in one pass; attention's scores and mask grow with the square. */
const longestPass = 1024;
/** Positions of a pass over a longer sequence. */
const portion = 512;

/** What a sequence gave, at the positions read out: R of them. */
export interface SequenceReading {
  /** [R, V] */
  readonly logits: Float32Array;
  /** [R, D] */
  readonly hidden: Float32Array;
  /** [L + 1, R, D] */
  readonly residual: Float32Array;
  /** Per layer and kind, [Hkv, Hd, T]. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** Reads a whole sequence of vectors, long ones in portions, each seeing what the ones before it left. */
export class SequenceReader {
  constructor(
    private readonly spec: DecoderSpec,
    private readonly passes: PassRunner,
  ) {}

  /**
   * @param embeddings [T, D]
   * @param from first position read out; the rest up to T follow
   */
  async read(embeddings: Float32Array, from: number): Promise<SequenceReading> {
    const { layers, width, keyValueHeads, headWidth, vocabulary } = this.spec;
    const length = embeddings.length / width;
    const size = length <= longestPass ? length : portion;
    const store = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(keyValueHeads * length * headWidth));
    const cache = { keys: store(), values: store() };
    const count = length - from;
    const reading: SequenceReading = {
      logits: new Float32Array(count * vocabulary),
      hidden: new Float32Array(count * width),
      residual: new Float32Array((layers + 1) * count * width),
      ...cache,
    };
    for (let start = 0; start < length; start += size) {
      const added = Math.min(size, length - start);
      const first = Math.max(0, from - start);
      const readout = Array.from({ length: Math.max(0, added - first) }, (_, i) => first + i);
      const names = ['keys', 'values', ...(readout.length > 0 ? ['logits', 'hidden', 'residual'] : [])];
      const outputs = await this.passes.run(
        {
          embeddings: floats(embeddings.slice(start * width, (start + added) * width), 1, added, width),
          positions: Array.from({ length: added }, (_, i) => start + i),
          ...this.passes.sequence(start > 0 ? { filled: start, capacity: length, feeds: this.#pastFeeds(cache, length) } : null, added),
          // A pass has to read something out; what nobody asked for is not fetched.
          readout: readout.length > 0 ? readout : [added - 1],
        },
        names,
      );
      for (const kind of ['keys', 'values'] as const) this.#append(cache[kind], floatsOf(outputs, kind), start, added, length);
      if (readout.length > 0) {
        const place = start + first - from;
        reading.logits.set(floatsOf(outputs, 'logits'), place * vocabulary);
        reading.hidden.set(floatsOf(outputs, 'hidden'), place * width);
        const residual = floatsOf(outputs, 'residual');
        for (let stream = 0; stream <= layers; stream++) {
          const part = residual.subarray(stream * readout.length * width, (stream + 1) * readout.length * width);
          reading.residual.set(part, (stream * count + place) * width);
        }
      }
    }
    return reading;
  }

  #pastFeeds(cache: { readonly keys: readonly Float32Array[]; readonly values: readonly Float32Array[] }, length: number): CacheFeeds {
    return this.passes.cacheFeeds('prompt', 1, length, (layer, kind) => cache[kind][layer] ?? new Float32Array(0));
  }

  /** Puts the new positions [L, Hkv, Hd, added] of a pass where they belong in [Hkv, Hd, T]. */
  #append(stores: readonly Float32Array[], rows: Float32Array, start: number, added: number, length: number): void {
    const lines = this.spec.keyValueHeads * this.spec.headWidth;
    stores.forEach((store, layer) => {
      const from = { data: rows, width: added, line: layer * lines, at: 0 };
      copyLines(from, { data: store, width: length, line: 0, at: start }, lines, added);
    });
  }
}
