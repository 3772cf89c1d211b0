import type { DecoderSpec } from '../graph/decoder-spec';
import { appendToLines } from './cache-lines';
import { type Added, type CacheArray, type CacheKind, cacheKinds, type CacheMemory, type Pass, type Passes, type Segment } from './passes';

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
  /** Its T positions; whoever asked for the reading frees it. */
  readonly segment: Segment;
}

/** Reads a whole sequence of vectors, long ones in portions, each seeing what the ones before it left. */
export class SequenceReader {
  constructor(
    private readonly spec: DecoderSpec,
    private readonly passes: CacheMemory & Pick<Passes, 'run'>,
  ) {}

  /**
   * @param embeddings [T, D]
   * @param from first position read out; the rest up to T follow
   */
  async read(embeddings: Float32Array, from: number): Promise<SequenceReading> {
    const { layers, width, vocabulary } = this.spec;
    const length = embeddings.length / width;
    const { cacheLines, writesCache } = this.passes;
    const room = (kind: CacheKind): CacheArray[] => Array.from({ length: layers }, () => this.passes.allocate(kind, length));
    const cache = { keys: room('keys'), values: room('values') };
    const count = length - from;
    const reading = {
      logits: new Float32Array(count * vocabulary),
      hidden: new Float32Array(count * width),
      residual: new Float32Array((layers + 1) * count * width),
    };
    const segments = { batch: 1, capacity: length, ...cache };
    /** The first positions, packed at the start of each array, so that nothing is computed for those to come. */
    const packed = (positions: number): Segment => {
      const ofKind = (kind: CacheKind): CacheArray[] => cache[kind].map((array) => array.subarray(0, cacheLines[kind] * positions));
      return { batch: 1, capacity: positions, keys: ofKind('keys'), values: ofKind('values'), filled: [positions] };
    };
    const before = (start: number): Pick<Pass, 'prompt' | 'own'> => {
      if (writesCache) return { prompt: null, own: { ...segments, filled: [start] } };
      return { prompt: start > 0 ? packed(start) : null, own: null };
    };
    try {
      for (let start = 0; start < length; start += portion) {
        const added = Math.min(portion, length - start);
        const first = Math.max(0, from - start);
        const wanted = Array.from({ length: Math.max(0, added - first) }, (_, i) => first + i);
        const outputs = await this.passes.run({
          batch: 1,
          added,
          embeddings: embeddings.slice(start * width, (start + added) * width),
          positions: Array.from({ length: added }, (_, i) => start + i),
          ...before(start),
          // A pass has to read something out.
          readout: wanted.length > 0 ? wanted : [added - 1],
          tapped: wanted,
        });
        if (outputs.added) append(cache, start, outputs.added, added, cacheLines);
        if (wanted.length === 0) continue;
        const place = start + first - from;
        reading.logits.set(outputs.logits, place * vocabulary);
        reading.hidden.set(outputs.hidden, place * width);
        for (let stream = 0; stream <= layers; stream++) {
          const part = outputs.residual.subarray(stream * wanted.length * width, (stream + 1) * wanted.length * width);
          reading.residual.set(part, (stream * count + place) * width);
        }
      }
    } catch (thrown) {
      for (const array of [...cache.keys, ...cache.values]) this.passes.free(array);
      throw thrown;
    }
    return { ...reading, segment: { ...segments, filled: [length] } };
  }
}

/** Lengthens packed arrays, one a layer, of `start` positions by `count`. */
function append(
  cache: Readonly<Record<CacheKind, readonly CacheArray[]>>,
  start: number,
  added: Added,
  count: number,
  cacheLines: CacheMemory['cacheLines'],
): void {
  for (const kind of cacheKinds) {
    const lines = cacheLines[kind];
    cache[kind].forEach((data, layer) => {
      appendToLines(data, start, { data: added[kind], width: count, line: layer * lines, at: 0 }, lines);
    });
  }
}
