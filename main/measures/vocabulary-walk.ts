import compiled from 'virtual:walks';

/** Bytes of a page of WebAssembly's memory; what lies in the first belongs to the module. */
const page = 65_536;
/** Bytes that sums take beside their results: see assembly/weights.ts. */
const roomOfSums = 32 + 16 * 1024;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly greatest: (from: number, count: number) => number;
  readonly weigh: (from: number, count: number, maximum: number, temperature: number, to: number) => number;
  readonly sums: (from: number, count: number, maximum: number, to: number) => void;
  readonly place: (from: number, count: number, share: number) => number;
  readonly before: (from: number, count: number, place: number) => number;
  readonly top: (from: number, count: number, kept: number, values: number, places: number) => number;
}

let exports: Exports | null = null;

/** The walks, compiled at the first call. */
function walks(): Exports {
  // What it exports is what assembly/index.ts says.
  exports ??= new WebAssembly.Instance(new WebAssembly.Module(compiled)).exports as unknown as Exports;
  return exports;
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
  const values = weights + Math.max(8 * padded, roomOfSums);
  const places = values + 4 * padded;
  const missing = places + 4 * padded - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / page));
  const place = new Float32Array(memory.buffer, page, padded);
  place.set(logits);
  place.fill(-Infinity, logits.length);
  for (const id of excluded) place[id] = -Infinity;
  return { padded, weights, values, places };
}

/** Sums over a vocabulary of logits z, in 64 bits, relative to the largest of them. */
interface LogitSums {
  /** m, the largest logit; -Infinity where there is none. */
  readonly maximum: number;
  /** Σ exp(z - m); NaN where a logit is none or none is finite. */
  readonly weights: number;
  /** Σ exp(z - m) (z - m); a logit of -Infinity adds nothing. */
  readonly weighted: number;
  /** Σ (z - m) */
  readonly shifts: number;
}

export function logitSums(logits: Float32Array): LogitSums {
  const { padded, weights: at } = put(logits);
  const { memory, greatest, sums } = walks();
  const maximum = greatest(page, padded);
  sums(page, logits.length, maximum, at);
  const [weights = NaN, weighted = NaN, shifts = NaN] = new Float64Array(memory.buffer, at, 3);
  return { maximum, weights, weighted, shifts };
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
