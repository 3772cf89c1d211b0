import { largestInteger, scales4 } from './caches';
import { exponentials4 } from './exponential';
import { Attention, endOf, endOfShare, filledOf, headOf, Segment, segmentOf, segments } from './segments';
import { thread } from './thread';

/*
 * Attention where queries, keys, values and weights are 16-bit integers with scales, so that one instruction multiplies eight of them. What
 * two or four products give is a whole number and exact; these are added in 32-bit floats.
 *
 * Three jobs: products of queries and keys; the weights of values; the mixture of values. Each is cut
 * finely enough for one row to occupy several threads. What the queries of several rows share, two of them meet at a time.
 */

/** Number of a query among all heads of all rows: query `index` of those that `head` serves from row `row` on. */
// @ts-ignore: decorator
@inline
function queryOf(job: Attention, row: i32, head: i32, index: i32): i32 {
  return (row + index / job.group) * job.keyValueHeads * job.group + head * job.group + (index % job.group);
}

/** Two lines, 0 and 1, as pairs: of the first four positions, and of the last. */
// @ts-ignore: decorator
@inline
function firstPairs(line0: v128, line1: v128): v128 {
  return v128.shuffle<i16>(line0, line1, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function lastPairs(line0: v128, line1: v128): v128 {
  return v128.shuffle<i16>(line0, line1, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Products of four elements of a query with those of four positions. */
// @ts-ignore: decorator
@inline
function fourElements(q01: v128, q23: v128, k01: v128, k23: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.add(i32x4.dot_i16x8_s(k01, q01), i32x4.dot_i16x8_s(k23, q23)));
}

// @ts-ignore: decorator
@inline
function addTo(place: usize, four: v128): void {
  v128.store(place, f32x4.add(v128.load(place), four));
}

/**
 * What elements `element` to `elementsEnd` give to the products of the queries of one row with the keys of `count` positions, along lines of
 * keys: from memory, which is where keys that meet nobody else come from, long stretches come faster.
 * @param keys line 0 at the first position @param scores the first query's at the first position @param line bytes from one query's to the next's
 */
function scoreRow(
  queries: usize, group: i32, width: i32, element: i32, elementsEnd: i32,
  keys: usize, capacity: i32, count: i32, scores: usize, line: usize,
): void {
  const stride = <usize>capacity << 1;
  const until = <usize>count << 1;
  for (let index = 0; index < group; index++) memory.fill(scores + <usize>index * line, 0, 2 * until);
  for (let d = element; d < elementsEnd; d += 4) {
    const k0 = keys + <usize>d * stride;
    const k1 = k0 + stride, k2 = k1 + stride, k3 = k2 + stride;
    for (let index = 0; index < group; index += 2) {
      const q = queries + (<usize>(index * width + d) << 1);
      const a01 = v128.load32_splat(q), a23 = v128.load32_splat(q, 4);
      let to = scores + <usize>index * line;
      if (index + 1 == group) {
        for (let at: usize = 0; at < until; at += 16) {
          const x0 = v128.load(k0 + at), x1 = v128.load(k1 + at), x2 = v128.load(k2 + at), x3 = v128.load(k3 + at);
          addTo(to, fourElements(a01, a23, firstPairs(x0, x1), firstPairs(x2, x3)));
          addTo(to + 16, fourElements(a01, a23, lastPairs(x0, x1), lastPairs(x2, x3)));
          to += 32;
        }
        continue;
      }
      const r = q + (<usize>width << 1);
      const b01 = v128.load32_splat(r), b23 = v128.load32_splat(r, 4);
      for (let at: usize = 0; at < until; at += 16) {
        const x0 = v128.load(k0 + at), x1 = v128.load(k1 + at), x2 = v128.load(k2 + at), x3 = v128.load(k3 + at);
        const first01 = firstPairs(x0, x1), first23 = firstPairs(x2, x3);
        addTo(to, fourElements(a01, a23, first01, first23));
        addTo(to + line, fourElements(b01, b23, first01, first23));
        const last01 = lastPairs(x0, x1), last23 = lastPairs(x2, x3);
        addTo(to + 16, fourElements(a01, a23, last01, last23));
        addTo(to + line + 16, fourElements(b01, b23, last01, last23));
        to += 32;
      }
    }
  }
}

/** Puts keys of `count` positions, a multiple of 8, side by side: four elements after the other, of each four positions after the other their two pairs. */
function gather(keys: usize, capacity: i32, width: i32, count: i32, room: usize): void {
  const stride = <usize>capacity << 1;
  const until = <usize>count << 1;
  for (let d = 0; d < width; d += 4) {
    const k0 = keys + <usize>d * stride;
    const k1 = k0 + stride, k2 = k1 + stride, k3 = k2 + stride;
    for (let at: usize = 0; at < until; at += 16) {
      const x0 = v128.load(k0 + at), x1 = v128.load(k1 + at), x2 = v128.load(k2 + at), x3 = v128.load(k3 + at);
      v128.store(room, firstPairs(x0, x1));
      v128.store(room, firstPairs(x2, x3), 16);
      v128.store(room, lastPairs(x0, x1), 32);
      v128.store(room, lastPairs(x2, x3), 48);
      room += 64;
    }
  }
}

/** Puts what products stand for: times the scales of query and keys. */
// @ts-ignore: decorator
@inline
function putScores(to: usize, products: v128, queryScale: v128, scales: v128): void {
  v128.store(to, f32x4.mul(products, f32x4.mul(queryScale, scales)));
}

/**
 * Scores of two queries at `count` positions, a multiple of 8, of those `places` that were gathered.
 * @param scaleQ where their scales lie @param keys first line of the head's keys @param first its position that is the first gathered
 */
function scoreTwo(
  q: usize, r: usize, scaleQ: usize, scaleR: usize, toQ: usize, toR: usize,
  keys: usize, capacity: i32, first: i32, room: usize, places: i32, width: i32, count: i32,
): void {
  const ofQ = v128.load32_splat(scaleQ), ofR = v128.load32_splat(scaleR);
  const stride = <usize>places << 3;
  const between = r - q;
  const lastQuery = q + (<usize>width << 1);
  let position = 0;
  for (; position + 16 <= count; position += 16) {
    let k = room + (<usize>position << 3);
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let x = q; x < lastQuery; x += 8) {
      const a01 = v128.load32_splat(x), a23 = v128.load32_splat(x, 4);
      const b01 = v128.load32_splat(x + between), b23 = v128.load32_splat(x + between, 4);
      let k01 = v128.load(k), k23 = v128.load(k, 16);
      a0 = f32x4.add(a0, fourElements(a01, a23, k01, k23));
      b0 = f32x4.add(b0, fourElements(b01, b23, k01, k23));
      k01 = v128.load(k, 32), k23 = v128.load(k, 48);
      a1 = f32x4.add(a1, fourElements(a01, a23, k01, k23));
      b1 = f32x4.add(b1, fourElements(b01, b23, k01, k23));
      k01 = v128.load(k, 64), k23 = v128.load(k, 80);
      a2 = f32x4.add(a2, fourElements(a01, a23, k01, k23));
      b2 = f32x4.add(b2, fourElements(b01, b23, k01, k23));
      k01 = v128.load(k, 96), k23 = v128.load(k, 112);
      a3 = f32x4.add(a3, fourElements(a01, a23, k01, k23));
      b3 = f32x4.add(b3, fourElements(b01, b23, k01, k23));
      k += stride;
    }
    const at = <usize>position << 2;
    const s0 = scales4(keys, capacity, width, first + position), s1 = scales4(keys, capacity, width, first + position + 4);
    putScores(toQ + at, a0, ofQ, s0);
    putScores(toR + at, b0, ofR, s0);
    putScores(toQ + at + 16, a1, ofQ, s1);
    putScores(toR + at + 16, b1, ofR, s1);
    const s2 = scales4(keys, capacity, width, first + position + 8), s3 = scales4(keys, capacity, width, first + position + 12);
    putScores(toQ + at + 32, a2, ofQ, s2);
    putScores(toR + at + 32, b2, ofR, s2);
    putScores(toQ + at + 48, a3, ofQ, s3);
    putScores(toR + at + 48, b3, ofR, s3);
  }
  for (; position < count; position += 4) {
    let k = room + (<usize>position << 3);
    let a0 = f32x4.splat(0), b0 = a0;
    for (let x = q; x < lastQuery; x += 8) {
      const k01 = v128.load(k), k23 = v128.load(k, 16);
      a0 = f32x4.add(a0, fourElements(v128.load32_splat(x), v128.load32_splat(x, 4), k01, k23));
      b0 = f32x4.add(b0, fourElements(v128.load32_splat(x + between), v128.load32_splat(x + between, 4), k01, k23));
      k += stride;
    }
    const scales = scales4(keys, capacity, width, first + position);
    putScores(toQ + (<usize>position << 2), a0, ofQ, scales);
    putScores(toR + (<usize>position << 2), b0, ofR, scales);
  }
}

/** Positions that lie at places `first` to `end` of a line and that `row` sees of a segment, filled up to a multiple of 8. */
// @ts-ignore: decorator
@inline
function seenBetween(job: Attention, segment: Segment, row: i32, first: i32, end: i32): i32 {
  return (max(min(end, segment.start + filledOf(job, segment, row)) - first, 0) + 7) & ~7;
}

/**
 * Products of the one row that sees a segment, at places `first` to `end` of a line, as far as some elements give them.
 * @returns at how many places
 */
function scoreOne(
  job: Attention, segment: Segment, head: i32, row: i32, first: i32, end: i32, element: i32, elementsEnd: i32, scores: usize,
): i32 {
  const q = queryOf(job, row, head, 0);
  const line = <usize>job.line << 2;
  const count = seenBetween(job, segment, row, first, end);
  scoreRow(
    job.queries + (<usize>(q * job.headWidth) << 1), job.group, job.headWidth, element, elementsEnd,
    headOf<i16>(job, segment, segment.keys, row, head) + (<usize>(first - segment.start) << 1), segment.capacity,
    count, scores + <usize>q * line + (<usize>first << 2), line,
  );
  return count;
}

/** Scores of the one row that sees a segment. */
function scoreWhole(job: Attention, segment: Segment, head: i32, row: i32, first: i32, end: i32): void {
  const count = scoreOne(job, segment, head, row, first, end, 0, job.headWidth, job.scores);
  const keys = headOf<i16>(job, segment, segment.keys, row, head);
  for (let index = 0; index < job.group; index++) {
    const q = queryOf(job, row, head, index);
    const scale = v128.load32_splat(job.queryScales + (<usize>q << 2));
    for (let place = first; place < first + count; place += 4) {
      const at = job.scores + (<usize>(q * job.line + place) << 2);
      putScores(at, v128.load(at), scale, scales4(keys, segment.capacity, job.headWidth, place - segment.start));
    }
  }
}

/** Scores of rows that share a segment. */
function scoreRows(job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32): void {
  const size = <usize>job.headWidth << 1, line = <usize>job.line << 2;
  const room = job.room + <usize>(thread * job.roomOfThread);
  const places = seenBetween(job, segment, rowsEnd - 1, first, end);
  const keys = headOf<i16>(job, segment, segment.keys, row, head);
  gather(keys + (<usize>(first - segment.start) << 1), segment.capacity, job.headWidth, places, room);
  const to = job.scores + (<usize>first << 2);
  const count = (rowsEnd - row) * job.group;
  for (let index = 0; index < count; index += 2) {
    const last = min(index + 1, count - 1);
    const q = queryOf(job, row, head, index), r = queryOf(job, row, head, last);
    scoreTwo(
      job.queries + <usize>q * size, job.queries + <usize>r * size, job.queryScales + (<usize>q << 2), job.queryScales + (<usize>r << 2),
      to + <usize>q * line, to + <usize>r * line, keys, segment.capacity, first - segment.start,
      room, places, job.headWidth, seenBetween(job, segment, row + last / job.group, first, end),
    );
  }
}

/** Lines of scores that are summed: a single row is cut along its elements, every part of which gives a line. */
// @ts-ignore: decorator
@inline
function linesSummed(job: Attention): i32 {
  return job.rows == 1 ? (job.headWidth + job.elementsAtOnce - 1) / job.elementsAtOnce : 1;
}

/** Chunks: Hkv × parts of a line; of a single row, products alone, Hkv × parts of a key. Places that a query does not see are left as they are. */
export function score(job: Attention, chunk: i32): void {
  if (job.rows == 1) {
    const parts = linesSummed(job);
    const element = (chunk % parts) * job.elementsAtOnce;
    const elementsEnd = min(element + job.elementsAtOnce, job.headWidth);
    const scores = job.scores + (<usize>((chunk % parts) * job.keyValueHeads * job.group * job.line) << 2);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      scoreOne(job, segment, chunk / parts, 0, segment.start, endOf(job, index), element, elementsEnd, scores);
    }
    return;
  }
  const parts = (job.line + job.positionsAtOnce - 1) / job.positionsAtOnce;
  const part = chunk % parts;
  const head = chunk / parts;
  for (let index = 0; index < segments; index++) {
    const segment = segmentOf(job, index);
    const first = max(part * job.positionsAtOnce, segment.start);
    const end = min((part + 1) * job.positionsAtOnce, endOf(job, index));
    if (first >= end) continue;
    for (let row = 0; row < job.rows; ) {
      const rowsEnd = endOfShare(job, segment, row);
      if (rowsEnd - row == 1) scoreWhole(job, segment, head, row, first, end);
      else scoreRows(job, segment, head, row, rowsEnd, first, end);
      row = rowsEnd;
    }
  }
}

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
    putScores(at, products, scale, scales4(keys, segment.capacity, job.headWidth, place - segment.start));
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

/** Of what `weighSegment` sees, the exponentials' sum in 64 bits, and their largest product with a scale. */
let sumOfLow: v128 = f64x2.splat(0);
let sumOfHigh: v128 = f64x2.splat(0);
let largestWeight: v128 = f32x4.splat(0);

/** Scores of one query as exponentials times the scales of the values. */
function weighSegment(job: Attention, segment: Segment, line: usize, row: i32, head: i32, greatest: v128): void {
  const values = headOf<i16>(job, segment, segment.values, row, head);
  const seen = seenEnd(job, segment, row);
  let low = sumOfLow, high = sumOfHigh, largest = largestWeight;
  for (let place = segment.start; place < seen; place += 4) {
    const at = line + (<usize>place << 2);
    const x = f32x4.sub(v128.load(at), greatest);
    const four = v128.andnot(exponentials4(x), f32x4.lt(x, f32x4.splat(negligible)));
    low = f64x2.add(low, f64x2.promote_low_f32x4(four));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3)));
    let scales = scales4(values, segment.capacity, job.headWidth, place - segment.start);
    if (place + 4 > seen) scales = v128.and(scales, lanesBefore(seen, place));
    const weights = f32x4.mul(four, scales);
    v128.store(at, weights);
    largest = f32x4.pmax(largest, weights);
  }
  sumOfLow = low;
  sumOfHigh = high;
  largestWeight = largest;
}

/** 1.5 · 2^23: added to a number from 0 to 32 767, it leaves the nearest whole one in the lowest 16 bits. */
const rounds: f32 = 12582912;

// @ts-ignore: decorator
@inline
function wholeOf(four: v128): v128 {
  return v128.and(f32x4.add(four, f32x4.splat(rounds)), i32x4.splat(0xffff));
}

/** Rounds the weights of a segment's places, a multiple of 8, `to` being those of the whole line. */
function roundWeights(line: usize, start: i32, seen: i32, end: i32, inverse: v128, to: usize): void {
  for (let place = start; place < end; place += 8) {
    const at = line + (<usize>place << 2);
    let first = i32x4.splat(0), last = first;
    if (place < seen) first = wholeOf(f32x4.mul(v128.load(at), inverse));
    if (place + 4 < seen) last = wholeOf(f32x4.mul(v128.load(at, 16), inverse));
    v128.store(to + (<usize>place << 1), i16x8.narrow_i32x4_s(first, last));
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
    for (let index = 0; index < segments; index++) weighSegment(job, segmentOf(job, index), line, row, head, greatest);
    const sums = f64x2.add(sumOfLow, sumOfHigh);
    const largest = f32x4.extract_lane(largestOf(largestWeight), 0);
    const to = job.weights + (<usize>(query * job.line) << 1);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      roundWeights(line, segment.start, seenEnd(job, segment, row), endOf(job, index), f32x4.splat(largestInteger / largest), to);
    }
    const scale = <f64>largest / (<f64>largestInteger * (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)));
    f32.store(job.weightScales + (<usize>query << 2), <f32>scale);
  }
}

/** Sums of four vectors. */
// @ts-ignore: decorator
@inline
function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** Products of eight weights with eight values, in four sums. */
// @ts-ignore: decorator
@inline
function eight(weights: v128, values: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.dot_i16x8_s(weights, values));
}

// @ts-ignore: decorator
@inline
function putMixed(to: usize, sums: v128, scale: usize, adds: bool): void {
  const mixed = f32x4.mul(sums, v128.load32_splat(scale));
  v128.store(to, adds ? f32x4.add(v128.load(to), mixed) : mixed);
}

/** What `count` places, a multiple of 8, of a segment give to four elements of the values of two queries. What is behind the last has a weight of 0. */
function mixTwo(
  weightsQ: usize, weightsR: usize, scaleQ: usize, scaleR: usize, values: usize, capacity: i32, count: i32, toQ: usize, toR: usize, adds: bool,
): void {
  const stride = <usize>capacity << 1;
  const v1 = values + stride, v2 = v1 + stride, v3 = v2 + stride;
  const until = <usize>count << 1;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let at: usize = 0; at < until; at += 16) {
    const a = v128.load(weightsQ + at), b = v128.load(weightsR + at);
    const x0 = v128.load(values + at), x1 = v128.load(v1 + at), x2 = v128.load(v2 + at), x3 = v128.load(v3 + at);
    a0 = f32x4.add(a0, eight(a, x0));
    b0 = f32x4.add(b0, eight(b, x0));
    a1 = f32x4.add(a1, eight(a, x1));
    b1 = f32x4.add(b1, eight(b, x1));
    a2 = f32x4.add(a2, eight(a, x2));
    b2 = f32x4.add(b2, eight(b, x2));
    a3 = f32x4.add(a3, eight(a, x3));
    b3 = f32x4.add(b3, eight(b, x3));
  }
  putMixed(toQ, sums4(a0, a1, a2, a3), scaleQ, adds);
  if (toR != toQ) putMixed(toR, sums4(b0, b1, b2, b3), scaleR, adds);
}

/** What rows that share a segment take of its values' elements `first` to `end`. */
function mixRows(job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32, adds: bool): void {
  const width = job.headWidth, line = <usize>job.line << 1;
  const values = headOf<i16>(job, segment, segment.values, row, head);
  const weights = job.weights + (<usize>segment.start << 1);
  const count = (rowsEnd - row) * job.group;
  // Elements first: four lines of values stay in a processor's cache for all queries.
  for (let d = first; d < end; d += 4) {
    for (let index = 0; index < count; index += 2) {
      const last = min(index + 1, count - 1);
      const q = queryOf(job, row, head, index), r = queryOf(job, row, head, last);
      mixTwo(
        weights + <usize>q * line, weights + <usize>r * line, job.weightScales + (<usize>q << 2), job.weightScales + (<usize>r << 2),
        values + (<usize>(d * segment.capacity) << 1), segment.capacity, (filledOf(job, segment, row + last / job.group) + 7) & ~7,
        job.to + (<usize>(q * width + d) << 2), job.to + (<usize>(r * width + d) << 2), adds,
      );
    }
  }
}

/** Chunks: parts of rows × Hkv × parts of a value. */
export function mix(job: Attention, chunk: i32): void {
  const parts = (job.headWidth + job.elementsAtOnce - 1) / job.elementsAtOnce;
  const element = (chunk % parts) * job.elementsAtOnce;
  const head = (chunk / parts) % job.keyValueHeads;
  const firstRow = (chunk / parts / job.keyValueHeads) * job.rowsAtOnce;
  const end = min(firstRow + job.rowsAtOnce, job.rows);
  for (let index = 0; index < segments; index++) {
    const segment = segmentOf(job, index);
    for (let row = firstRow; row < end; ) {
      const rowsEnd = min(end, endOfShare(job, segment, row));
      mixRows(job, segment, head, row, rowsEnd, element, min(element + job.elementsAtOnce, job.headWidth), index > 0);
      row = rowsEnd;
    }
  }
}
