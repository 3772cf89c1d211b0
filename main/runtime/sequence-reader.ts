import type { DecoderSpec } from '../graph/decoder-spec';
import { appendToLines } from './cache-lines';
import type { PassRunner } from './onnx-pass';
import { floats, floatsOf } from './onnx-session';

/**
 * Positions read in one pass. The matrices are no faster with more, and what a pass of many positions needs stays with the process: a
 * thousand at once took 1.4 GB and twice the time, since half of what was computed lay in the future.
 */
const portion = 64;

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
    const room = (): Float32Array[] => Array.from({ length: layers }, () => new Float32Array(lines * length));
    const cache = { keys: room(), values: room() };
    const count = length - from;
    const reading = {
      logits: new Float32Array(count * vocabulary),
      hidden: new Float32Array(count * width),
      residual: new Float32Array((layers + 1) * count * width),
    };
    for (let start = 0; start < length; start += portion) {
      const added = Math.min(portion, length - start);
      const first = Math.max(0, from - start);
      const wanted = Array.from({ length: Math.max(0, added - first) }, (_, i) => first + i);
      // A pass has to read something out; what nobody asked for is not fetched.
      const readout = wanted.length > 0 ? wanted : [added - 1];
      const past = (layer: number, kind: 'keys' | 'values'): Float32Array => (cache[kind][layer] ?? embeddings).subarray(0, lines * start);
      const feeds = start > 0 ? this.passes.cacheFeeds('prompt', 1, start, past) : null;
      const names = ['keys', 'values', ...(wanted.length > 0 ? ['logits', 'hidden', 'residual'] : [])];
      const outputs = await this.passes.run(
        {
          embeddings: floats(embeddings.slice(start * width, (start + added) * width), 1, added, width),
          positions: Array.from({ length: added }, (_, i) => start + i),
          ...this.passes.sequence(feeds && { filled: start, capacity: start, feeds }, added),
          readout,
          tapped: readout,
        },
        names,
      );
      for (const kind of ['keys', 'values'] as const) {
        const rows = floatsOf(outputs, kind);
        cache[kind].forEach((data, layer) => {
          appendToLines(data, start, { data: rows, width: added, line: layer * lines, at: 0 }, lines);
        });
      }
      if (wanted.length > 0) {
        const place = start + first - from;
        reading.logits.set(floatsOf(outputs, 'logits'), place * vocabulary);
        reading.hidden.set(floatsOf(outputs, 'hidden'), place * width);
        const residual = floatsOf(outputs, 'residual');
        for (let stream = 0; stream <= layers; stream++) {
          const part = residual.subarray(stream * wanted.length * width, (stream + 1) * wanted.length * width);
          reading.residual.set(part, (stream * count + place) * width);
        }
      }
    }
    return { ...reading, ...cache };
  }
}
