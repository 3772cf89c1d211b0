import { fromHalves, keyScales4, putScores, valueScales4, valueScalesAt } from './caches';
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

/** Where a thread keeps what one query's weights come from: constants would cost more, see exponential.ts, and sums of vectors of 256 bits are put there. */
const greatestAt: usize = 0;
const leastAt: usize = 4;
const sumsAt: usize = 32;
const largestAt: usize = 64;

/** The largest of a query's scores; those behind the last position become minus infinity. NaN is passed over: it is found in the sum of exponentials. */
function largestScore(line: usize, start: i32, seen: i32, largest: v128, room: usize): v128 {
  let place = start;
  if (place + 8 <= seen) {
    let first = f32x4.splat(-Infinity), last = first;
    // Vectors of 256 bits, see wide-products.ts.
    for (; place + 8 <= seen; place += 8) {
      const at = line + (<usize>place << 2);
      first = f32x4.pmax(first, v128.load(at));
      last = f32x4.pmax(last, v128.load(at, 16));
    }
    setTwo(room + largestAt, first, last);
    largest = f32x4.pmax(largest, f32x4.pmax(v128.load(room, largestAt), v128.load(room, largestAt + 16)));
  }
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

/** Of what `weighSegment` sees, the exponentials' sum in 64 bits, and their largest product with a scale. */
let sumOfExponentials: v128 = f64x2.splat(0);
let largestWeight: v128 = f32x4.splat(0);

/** The four of a vector in 64 bits, two and two summed. */
// @ts-ignore: decorator
@inline
function wider(four: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(four), f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3)));
}

/** Places whose exponentials are summed in 32 bits, eight of each lane. */
const summedTogether: i32 = 64;

/** In the place of one query's scores, which for the last of them may be three behind: exponentials, less the greatest, times the scales of the values. */
function weighSegment(job: Attention, segment: Segment, line: usize, row: i32, head: i32, room: usize): void {
  const values = headOf<i16>(job, segment, segment.values, row, head);
  const seen = seenEnd(job, segment, row);
  const greatest = v128.load32_splat(room, greatestAt), least = v128.load32_splat(room, leastAt);
  let sums = sumOfExponentials, largest = largestWeight;
  let place = segment.start;
  let scales = valueScalesAt(values, segment.capacity, job.headWidth, 0);
  const apart = <usize>segment.capacity << 1;
  while (place + 8 <= seen) {
    const end = min(place + summedTogether, seen);
    const zero = f32x4.splat(0);
    let sum = zero, lastSum = zero, most = zero, lastMost = zero;
    for (; place + 8 <= end; place += 8) {
      const at = line + (<usize>place << 2), high = scales + apart;
      const first = exponentialOf(v128.load(at), greatest, least), last = exponentialOf(v128.load(at, 16), greatest, least);
      const weights = f32x4.mul(first, fromHalves(v128.load16x4_u(scales), v128.load16x4_u(high)));
      const lastWeights = f32x4.mul(last, fromHalves(v128.load16x4_u(scales, 8), v128.load16x4_u(high, 8)));
      sum = f32x4.add(sum, first);
      lastSum = f32x4.add(lastSum, last);
      most = f32x4.pmax(most, weights);
      lastMost = f32x4.pmax(lastMost, lastWeights);
      setTwo(at, weights, lastWeights);
      scales += 16;
    }
    setTwo(room + sumsAt, sum, lastSum);
    setTwo(room + largestAt, most, lastMost);
    sums = f64x2.add(sums, f64x2.add(wider(v128.load(room, sumsAt)), wider(v128.load(room, sumsAt + 16))));
    largest = f32x4.pmax(largest, f32x4.pmax(v128.load(room, largestAt), v128.load(room, largestAt + 16)));
  }
  for (; place < seen; place += 4) {
    const at = line + (<usize>place << 2);
    const four = exponentialOf(v128.load(at), greatest, least);
    let scale = valueScales4(values, segment.capacity, job.headWidth, place - segment.start);
    if (place + 4 > seen) scale = v128.and(scale, lanesBefore(seen, place));
    const weights = f32x4.mul(four, scale);
    v128.store(at, weights);
    sums = f64x2.add(sums, wider(four));
    largest = f32x4.pmax(largest, weights);
  }
  sumOfExponentials = sums;
  largestWeight = largest;
}

/** Rounds the weights of a segment's places, a multiple of 8, `to` being those of the whole line. */
function roundWeights(line: usize, start: i32, seen: i32, end: i32, inverse: v128, to: usize): void {
  let place = start;
  for (; place + 8 <= seen; place += 8) {
    const at = line + (<usize>place << 2);
    v128.store(to + (<usize>place << 1), nearest8(f32x4.mul(v128.load(at), inverse), f32x4.mul(v128.load(at, 16), inverse)));
  }
  for (; place < end; place += 8) {
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
      greatest = largestScore(line, segment.start, seenEnd(job, segment, row), greatest, room);
    }
    greatest = largestOf(greatest);
    sumOfExponentials = f64x2.splat(0);
    largestWeight = f32x4.splat(0);
    f32.store(room, f32x4.extract_lane(greatest, 0), greatestAt);
    f32.store(room, negligible, leastAt);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      weighSegment(job, segment, line, row, head, room);
    }
    const largest = f32x4.extract_lane(largestOf(largestWeight), 0);
    const to = job.weights + (<usize>(query * job.line) << 1);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      roundWeights(line, segment.start, seenEnd(job, segment, row), endOf(job, index), f32x4.splat(largestOfWeights / largest), to);
    }
    const scale = <f64>largest / (<f64>largestOfWeights * (f64x2.extract_lane(sumOfExponentials, 0) + f64x2.extract_lane(sumOfExponentials, 1)));
    f32.store(job.weightScales + (<usize>query << 2), <f32>scale);
  }
}
