import { keyScales4, putScores, valueScales4 } from './caches';
import { exponentials4 } from './exponential';
import { nearest8, setTwo } from './lanes';
import { Attention, endOf, filledOf, headOf, linesSummed, Segment, segmentOf, segments } from './segments';
import { thread } from './thread';

/*
 * The second job of attention: from scores to the weights of values, which are the softmax of the scores times the scales of the values,
 * rounded to whole numbers up to 16 383.
 */

/** The largest of rounded weights: with it two sums of pairs of products still fit into 32 bits. */
const largestOfWeights: f32 = 16383;

/** Lanes of the four places from `place` on that are before `end`. */
// @ts-ignore: decorator
@inline
function lanesBefore(end: i32, place: i32): v128 {
  return i32x4.gt_s(i32x4.splat(end - place), i32x4(0, 1, 2, 3));
}

/** The largest of four numbers, in all lanes. */
// @ts-ignore: decorator
@inline
function largestOf(four: v128): v128 {
  const two = f32x4.pmax(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return f32x4.pmax(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2));
}

/** What one query sees of a segment. */
// @ts-ignore: decorator
@inline
function seenEnd(job: Attention, segment: Segment, row: i32): i32 {
  return segment.start + filledOf(job, segment, row);
}

/**
 * Products of a single row's query, in several lines, as scores.
 * @param apart bytes from one of `parts` lines to the next
 */
function scaleScores(job: Attention, segment: Segment, line: usize, parts: i32, apart: usize, head: i32, queryScale: usize): void {
  const keys = headOf<i16>(job, segment, segment.keys, 0, head);
  const seen = seenEnd(job, segment, 0);
  const scale = v128.load32_splat(queryScale);
  for (let place = segment.start; place < seen; place += 4) {
    const at = line + (<usize>place << 2);
    let products = v128.load(at);
    for (let part = 1; part < parts; part++) products = f32x4.add(products, v128.load(at + <usize>part * apart));
    putScores(at, products, scale, keyScales4(keys, segment.capacity, job.headWidth, place - segment.start));
  }
}

/** The largest of a query's scores; those behind the last position become minus infinity. NaN is passed over: it is found in the sum of exponentials. */
function largestScore(line: usize, start: i32, seen: i32, largest: v128): v128 {
  let place = start;
  for (; place + 4 <= seen; place += 4) largest = f32x4.pmax(largest, v128.load(line + (<usize>place << 2)));
  if (place >= seen) return largest;
  const at = line + (<usize>place << 2);
  v128.store(at, v128.bitselect(v128.load(at), f32x4.splat(-Infinity), lanesBefore(seen, place)));
  return f32x4.pmax(largest, v128.load(at));
}

/** Below it an exponential counts for nothing beside that of 0, and its product with a scale might be denormal, which is slow. */
const negligible: f32 = -60;

// @ts-ignore: decorator
@inline
function exponentialOf(score: v128, greatest: v128, least: v128): v128 {
  const x = f32x4.sub(score, greatest);
  return v128.andnot(exponentials4(x), f32x4.lt(x, least));
}

/**
 * Exponentials of one query's scores less the greatest, in their place, which for the last of them may be three behind.
 * @param greatestAt where that lies @param leastAt where `negligible` does: constants would cost more, see exponential.ts
 */
function exponentiate(line: usize, start: i32, seen: i32, greatestAt: usize, leastAt: usize): void {
  const greatest = v128.load32_splat(greatestAt), least = v128.load32_splat(leastAt);
  let place = start;
  // Vectors of 256 bits, see wide-products.ts.
  for (; place + 8 <= seen; place += 8) {
    const at = line + (<usize>place << 2);
    setTwo(at, exponentialOf(v128.load(at), greatest, least), exponentialOf(v128.load(at, 16), greatest, least));
  }
  for (; place < seen; place += 4) {
    const at = line + (<usize>place << 2);
    v128.store(at, exponentialOf(v128.load(at), greatest, least));
  }
}

/** Of what `weighSegment` sees, the exponentials' sum in 64 bits, and their largest product with a scale. */
let sumOfLow: v128 = f64x2.splat(0);
let sumOfHigh: v128 = f64x2.splat(0);
let largestWeight: v128 = f32x4.splat(0);

/** Exponentials of one query's scores times the scales of the values. */
function weighSegment(job: Attention, segment: Segment, line: usize, row: i32, head: i32): void {
  const values = headOf<i16>(job, segment, segment.values, row, head);
  const seen = seenEnd(job, segment, row);
  let low = sumOfLow, high = sumOfHigh, largest = largestWeight;
  for (let place = segment.start; place < seen; place += 4) {
    const at = line + (<usize>place << 2);
    const four = v128.load(at);
    low = f64x2.add(low, f64x2.promote_low_f32x4(four));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3)));
    let scales = valueScales4(values, segment.capacity, job.headWidth, place - segment.start);
    if (place + 4 > seen) scales = v128.and(scales, lanesBefore(seen, place));
    const weights = f32x4.mul(four, scales);
    v128.store(at, weights);
    largest = f32x4.pmax(largest, weights);
  }
  sumOfLow = low;
  sumOfHigh = high;
  largestWeight = largest;
}

/** Rounds the weights of a segment's places, a multiple of 8, `to` being those of the whole line. */
function roundWeights(line: usize, start: i32, seen: i32, end: i32, inverse: v128, to: usize): void {
  for (let place = start; place < end; place += 8) {
    const at = line + (<usize>place << 2);
    let first = f32x4.splat(0), last = first;
    if (place < seen) first = f32x4.mul(v128.load(at), inverse);
    if (place + 4 < seen) last = f32x4.mul(v128.load(at, 16), inverse);
    v128.store(to + (<usize>place << 1), nearest8(first, last));
  }
}

/** Chunks: parts of rows × H. From scores to rounded weights: their softmax, times the scales of the values. */
export function normalizeScores(job: Attention, chunk: i32): void {
  const heads = job.keyValueHeads * job.group;
  const count = job.rows * heads;
  const first = chunk * job.linesAtOnce;
  const end = min(first + job.linesAtOnce, count);
  const size = <usize>job.line << 2;
  const parts = linesSummed(job);
  const room = job.room + <usize>(thread * job.roomOfThread);
  for (let query = first; query < end; query++) {
    const line = job.scores + <usize>query * size;
    const row = query / heads, head = (query % heads) / job.group;
    let greatest = f32x4.splat(-Infinity);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      if (job.rows == 1) scaleScores(job, segment, line, parts, <usize>count * size, head, job.queryScales + (<usize>query << 2));
      greatest = largestScore(line, segment.start, seenEnd(job, segment, row), greatest);
    }
    greatest = largestOf(greatest);
    sumOfLow = f64x2.splat(0);
    sumOfHigh = f64x2.splat(0);
    largestWeight = f32x4.splat(0);
    f32.store(room, f32x4.extract_lane(greatest, 0));
    f32.store(room, negligible, 4);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      exponentiate(line, segment.start, seenEnd(job, segment, row), room, room + 4);
      weighSegment(job, segment, line, row, head);
    }
    const sums = f64x2.add(sumOfLow, sumOfHigh);
    const largest = f32x4.extract_lane(largestOf(largestWeight), 0);
    const to = job.weights + (<usize>(query * job.line) << 1);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      roundWeights(line, segment.start, seenEnd(job, segment, row), endOf(job, index), f32x4.splat(largestOfWeights / largest), to);
    }
    const scale = <f64>largest / (<f64>largestOfWeights * (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)));
    f32.store(job.weightScales + (<usize>query << 2), <f32>scale);
  }
}
