import compiled from 'virtual:walks';
import { blockSize, type DrawnSums, excludedOf, partSize, readWalk, type Walk, type WalkRequest, walkSizes } from './walk-parts';

/** Bytes of a page of WebAssembly's memory; what lies in the first belongs to the module. */
const page = 65_536;
interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly greatest: (from: number, count: number) => number;
  readonly weigh: (from: number, count: number, maximum: number, temperature: number, to: number) => number;
  readonly place: (from: number, count: number, share: number) => number;
  readonly before: (from: number, count: number, place: number) => number;
  readonly top: (from: number, count: number, kept: number, values: number, places: number) => number;
  readonly walkPart: (
    from: number,
    first: number,
    count: number,
    kept: number,
    temperature: number,
    excluded: number,
    excludedCount: number,
    to: number,
    room: number,
  ) => void;
}

let exports: Exports | null = null;

/** The walks, compiled at the first call. */
function walks(): Exports {
  // What it exports is what assembly/index.ts says.
  exports ??= new WebAssembly.Instance(new WebAssembly.Module(compiled)).exports as unknown as Exports;
  return exports;
}

/** Memory up to an address. Views of it end when it grows. */
function reserve(end: number): void {
  const { memory } = walks();
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / page));
}

/** What lies in memory for a vocabulary of V logits, V filled up to a multiple of 4: logits, weights, and the highest with their places. */
interface Layout {
  readonly padded: number;
  readonly weights: number;
  readonly values: number;
  readonly places: number;
}

/**
 * Puts logits where walks find them.
 * @param excluded those that are -Infinity, whatever they are
 */
function put(logits: Float32Array, excluded: readonly number[] = []): Layout {
  const { memory } = walks();
  const padded = 4 * Math.ceil(logits.length / 4);
  const weights = page + 4 * padded;
  const values = weights + 8 * padded;
  const places = values + 4 * padded;
  reserve(places + 4 * padded);
  const place = new Float32Array(memory.buffer, page, padded);
  place.set(logits);
  place.fill(-Infinity, logits.length);
  for (const id of excluded) place[id] = -Infinity;
  return { padded, weights, values, places };
}

/** Walks over logits once, for all that is asked. */
export function walkOver(logits: Float32Array, request: WalkRequest): Walk {
  const { weights: to } = put(logits);
  const { memory, walkPart } = walks();
  const excluded = excludedOf(request, logits.length);
  const { results, room: roomBytes } = walkSizes(request);
  const room = to + results * Math.ceil(logits.length / partSize);
  const list = room + roomBytes;
  reserve(list + 4 * excluded.length);
  new Int32Array(memory.buffer, list, excluded.length).set(excluded);
  const { kept, drawing } = request;
  for (let first = 0, at = to; first < logits.length; first += partSize, at += results) {
    const count = Math.min(partSize, logits.length - first);
    walkPart(page + 4 * first, first, count, kept, drawing?.temperature ?? 0, list, excluded.length, at, room);
  }
  return readWalk(memory.buffer, to, logits.length, request);
}

/**
 * The token at which the weights so far, in the order of ids, come to more than a share of their sum.
 * @param uniform the share, from 0 to under 1
 */
export function drawnToken(logits: Float32Array, { drawing, maximum, blocks, sum }: DrawnSums, uniform: number): number {
  const share = uniform * sum;
  let [before, block] = [0, 0];
  // Where rounding leaves the share just over all, the last block of any weight has it.
  const last = blocks.findLastIndex((weights) => weights > 0);
  for (; block < last && !(share < before + (blocks[block] ?? 0)); block++) before += blocks[block] ?? 0;
  const first = block * blockSize;
  const some = logits.subarray(first, first + blockSize);
  const { padded, weights } = put(
    some,
    drawing.excluded.map((id) => id - first),
  );
  const { weigh, place } = walks();
  weigh(page, padded, maximum, drawing.temperature, weights);
  return first + place(weights, some.length, share - before);
}

/**
 * Weights exp((z - m) / temperature) of logits z relative to the largest, and their sum.
 * @param temperature over 0
 * @param excluded tokens whose weight is 0, and which are not the largest
 * @returns weights, length V, to be used and changed until weights or sums of others are asked for, or any walk goes over more
 */
export function sampledWeights(
  logits: Float32Array,
  temperature: number,
  excluded: readonly number[],
): { readonly weights: Float64Array; readonly sum: number } {
  const { padded, weights } = put(logits, excluded);
  const { memory, greatest, weigh } = walks();
  const sum = weigh(page, padded, greatest(page, padded), temperature, weights);
  return { weights: new Float64Array(memory.buffer, weights, logits.length), sum };
}

/**
 * The token at which the weights so far, in the order of ids, come to more than a share of their sum.
 * @param weights as `sampledWeights` gives them, some of them changed
 * @param share from 0 to under their sum; where rounding has left it just over, the last token of any weight is it
 */
export function invertCumulative(weights: Float64Array, share: number): number {
  const { memory, place } = walks();
  if (weights.buffer !== memory.buffer) throw new Error('These weights are not where they were made');
  return place(weights.byteOffset, weights.length, share);
}

/**
 * Indices of the `count` highest values, highest first; of equal values the lower index comes first. NaN is never selected.
 * @param excluded indices that come after all others
 */
export function topIndices(values: Float32Array, count: number, excluded: readonly number[] = []): number[] {
  if (count < 1) return [];
  const { values: highest, places } = put(values, excluded);
  const { memory, top } = walks();
  return [...new Int32Array(memory.buffer, places, top(page, values.length, Math.min(count, values.length), highest, places))];
}

/** Rank of one of some values, 1 = highest; equal values rank by index, as in `topIndices`, and NaN is above none. */
export function rank(values: Float32Array, index: number): number {
  put(values);
  return 1 + walks().before(page, values.length, index);
}
