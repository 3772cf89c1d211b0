/*
 * What attention reads and writes, rounded (scores.ts, value-weights.ts, mixture.ts: one job each) or exactly (exact-attention.ts).
 *
 * New positions see two segments: the prompt's and the row's own, at whose end they are themselves (heads.ts has put them there). Keys and values
 * lie position after position, [batch, Hkv, lines, capacity] (see caches.ts), so everything runs along lines of positions. Scores of a query
 * head are one line: segment after segment, each filled up to a multiple of 8.
 */

/** Positions that all rows of a batch see, or each its own. */
// @ts-ignore: decorator
@unmanaged
export class Segment {
  keys: usize;
  values: usize;
  /** Places of a line. */
  capacity: i32;
  /** Numbers from one row of the batch to the next; 0 where all share. */
  stride: i32;
  /** Places filled before the pass, i32 [B]. */
  filled: usize;
  /** 1: the new positions are behind them, and a query sees those up to its own. */
  grows: i32;
  /** Where it begins in a line of scores, a multiple of 8. */
  start: i32;
}

export const segments: i32 = 2;

// @ts-ignore: decorator
@unmanaged
export class Attention {
  /** B · T */
  rows: i32;
  /** T */
  added: i32;
  keyValueHeads: i32;
  /** H / Hkv */
  group: i32;
  /** Hd, a multiple of 4. */
  headWidth: i32;
  /** Of a head in a cache. */
  lines: i32;
  /** [rows, H, Hd], multiplied with 1 / √Hd: integers with scales [rows, H], or floats. */
  queries: usize;
  queryScales: usize;
  /** Two of `Segment`. */
  promptKeys: usize;
  promptValues: usize;
  promptCapacity: i32;
  promptStride: i32;
  promptFilled: usize;
  promptGrows: i32;
  promptStart: i32;
  ownKeys: usize;
  ownValues: usize;
  ownCapacity: i32;
  ownStride: i32;
  ownFilled: usize;
  ownGrows: i32;
  ownStart: i32;
  /** Length of a line of scores, a multiple of 8. */
  line: i32;
  /** Positions of a line that a chunk scores, a multiple of 8. */
  positionsAtOnce: i32;
  /** Lines that a chunk normalises. */
  linesAtOnce: i32;
  /** Rows, and elements of a value, a multiple of 4, that a chunk mixes. */
  rowsAtOnce: i32;
  elementsAtOnce: i32;
  /** [rows, H, line], of a single row several. */
  scores: usize;
  /** [rows, H, line], 16-bit integers, and their scales [rows, H]. */
  weights: usize;
  weightScales: usize;
  /** [rows, H · Hd] */
  to: usize;
  /** Room of each thread, for the keys that several queries meet, Hd · positionsAtOnce 16-bit integers behind 64 bytes, or for 256 bytes of sums; and its bytes. */
  room: usize;
  roomOfThread: i32;
}

// @ts-ignore: decorator
@inline
export function segmentOf(job: Attention, index: i32): Segment {
  return changetype<Segment>(changetype<usize>(job) + offsetof<Attention>('promptKeys') + <usize>index * offsetof<Segment>());
}

/** Where the segment after this one begins. */
// @ts-ignore: decorator
@inline
export function endOf(job: Attention, index: i32): i32 {
  return index + 1 < segments ? segmentOf(job, index + 1).start : job.line;
}

/** Places of a segment that some row of a batch's part sees, if `last` is the last of its rows. */
// @ts-ignore: decorator
@inline
export function filledOf(job: Attention, segment: Segment, last: i32): i32 {
  return i32.load(segment.filled + (<usize>(last / job.added) << 2)) + segment.grows * ((last % job.added) + 1);
}

/** The end of the rows that share a segment with `row`. */
// @ts-ignore: decorator
@inline
export function endOfShare(job: Attention, segment: Segment, row: i32): i32 {
  return segment.stride == 0 ? job.rows : (row / job.added + 1) * job.added;
}

/** First line of the keys or values of one head that `row` sees of a segment, of numbers of type T. */
// @ts-ignore: decorator
@inline
export function headOf<T>(job: Attention, segment: Segment, all: usize, row: i32, head: i32): usize {
  return all + <usize>((row / job.added) * segment.stride + head * job.lines * segment.capacity) * sizeof<T>();
}

/** Number of a query among all heads of all rows: query `index` of those that `head` serves from row `row` on. */
// @ts-ignore: decorator
@inline
export function queryOf(job: Attention, row: i32, head: i32, index: i32): i32 {
  return (row + index / job.group) * job.keyValueHeads * job.group + head * job.group + (index % job.group);
}

/** Lines of scores that are summed: a single row is cut along its elements, every part of which gives a line. */
// @ts-ignore: decorator
@inline
export function linesSummed(job: Attention): i32 {
  return job.rows == 1 ? (job.headWidth + job.elementsAtOnce - 1) / job.elementsAtOnce : 1;
}
