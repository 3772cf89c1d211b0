import type { DecoderSpec } from '../graph/decoder-spec';
import { copyLines } from './cache-lines';
import { type CacheFeeds, type PassRunner } from './onnx-pass';
import { floats, floatsOf } from './onnx-session';

/**
 * Positions read in one pass. The matrices are no faster with more, and the runtime keeps every layer's attention of a pass until its end:
 * a thousand positions at once took 1.4 GB and twice the time, since half of what was computed lay in the future.
 */
const portion = 128;

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
    const lines = keyValueHeads * headWidth;
    const nothing = Array.from({ length: layers }, () => new Float32Array(0));
    let cache: { readonly keys: readonly Float32Array[]; readonly values: readonly Float32Array[] } = { keys: nothing, values: nothing };
    const count = length - from;
    const reading = {
      logits: new Float32Array(count * vocabulary),
      hidden: new Float32Array(count * width),
      residual: new Float32Array((layers + 1) * count * width),
    };
    for (let start = 0; start < length; start += portion) {
      const added = Math.min(portion, length - start);
      const first = Math.max(0, from - start);
      const readout = Array.from({ length: Math.max(0, added - first) }, (_, i) => first + i);
      const names = ['keys', 'values', ...(readout.length > 0 ? ['logits', 'hidden', 'residual'] : [])];
      const outputs = await this.passes.run(
        {
          embeddings: floats(embeddings.slice(start * width, (start + added) * width), 1, added, width),
          positions: Array.from({ length: added }, (_, i) => start + i),
          ...this.passes.sequence(start > 0 ? { filled: start, capacity: start, feeds: this.#pastFeeds(cache, start) } : null, added),
          // A pass has to read something out; what nobody asked for is not fetched.
          readout: readout.length > 0 ? readout : [added - 1],
        },
        names,
      );
      const { keys, values } = cache;
      cache = {
        keys: keys.map((past, layer) => joined(past, floatsOf(outputs, 'keys'), layer * lines, lines, start, added)),
        values: values.map((past, layer) => joined(past, floatsOf(outputs, 'values'), layer * lines, lines, start, added)),
      };
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
    return { ...reading, ...cache };
  }

  #pastFeeds(cache: { readonly keys: readonly Float32Array[]; readonly values: readonly Float32Array[] }, filled: number): CacheFeeds {
    return this.passes.cacheFeeds('prompt', 1, filled, (layer, kind) => cache[kind][layer] ?? new Float32Array(0));
  }
}

/** Keys or values of one layer, [Hkv, Hd, filled], with the new positions behind them, of which `line` is the layer's first in [L, Hkv, Hd, added]. */
function joined(past: Float32Array, rows: Float32Array, line: number, lines: number, filled: number, added: number): Float32Array {
  const whole = new Float32Array(lines * (filled + added));
  const to = { data: whole, width: filled + added, line: 0 };
  copyLines({ data: past, width: filled, line: 0, at: 0 }, { ...to, at: 0 }, lines, filled);
  copyLines({ data: rows, width: added, line, at: 0 }, { ...to, at: filled }, lines, added);
  return whole;
}
