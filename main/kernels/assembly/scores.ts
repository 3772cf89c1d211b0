import { keyScales4, keyScalesAt, putScores } from './caches';
import { setTwo } from './lanes';
import { Attention, endOf, endOfShare, filledOf, headOf, linesSummed, queryOf, Segment, segmentOf, segments } from './segments';
import { thread } from './thread';

/*
 * The first job of attention: products of queries and keys, both 16-bit integers with scales, so that one instruction multiplies eight of
 * them. What four products give is a whole number and exact; these are added in 32-bit floats. It is cut finely enough for one row to occupy
 * several threads. Keys that several rows share meet two of their queries at a time, written for vectors of 256 bits, see wide-products.ts.
 */

/** Products of four elements of a query with those of four positions. */
// @ts-ignore: decorator
@inline
function fourElements(q01: v128, q23: v128, k01: v128, k23: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.add(i32x4.dot_i16x8_s(k01, q01), i32x4.dot_i16x8_s(k23, q23)));
}

/** Adds what four elements of a query give to the scores of eight positions, keys being two lines of pairs. */
// @ts-ignore: decorator
@inline
function addPairs(to: usize, q01: v128, q23: v128, a: v128, aLast: v128, b: v128, bLast: v128): void {
  setTwo(
    to,
    f32x4.add(v128.load(to), fourElements(q01, q23, a, b)),
    f32x4.add(v128.load(to, 16), fourElements(q01, q23, aLast, bLast)),
  );
}

/**
 * What elements `element` to `elementsEnd` give to the products of the queries of one row with the keys of `count` positions, a multiple of 8, along
 * lines of keys: from memory, which is where keys that meet nobody else come from, long stretches come faster.
 * @param keys line 0 at the first position @param scores the first query's at the first position @param line bytes from one query's to the next's
 */
function scoreRow(
  queries: usize, group: i32, width: i32, element: i32, elementsEnd: i32,
  keys: usize, capacity: i32, count: i32, scores: usize, line: usize,
): void {
  const stride = <usize>capacity << 2;
  const until = <usize>count << 2;
  for (let index = 0; index < group; index++) memory.fill(scores + <usize>index * line, 0, until);
  for (let d = element; d < elementsEnd; d += 4) {
    const k0 = keys + <usize>(d >> 1) * stride, k1 = k0 + stride;
    for (let index = 0; index < group; index += 2) {
      const q = queries + (<usize>(index * width + d) << 1);
      const a01 = v128.load32_splat(q), a23 = v128.load32_splat(q, 4);
      const to = scores + <usize>index * line;
      if (index + 1 == group) {
        for (let at: usize = 0; at < until; at += 32)
          addPairs(to + at, a01, a23, v128.load(k0 + at), v128.load(k0 + at, 16), v128.load(k1 + at), v128.load(k1 + at, 16));
        continue;
      }
      const r = q + (<usize>width << 1), other = to + line;
      const b01 = v128.load32_splat(r), b23 = v128.load32_splat(r, 4);
      for (let at: usize = 0; at < until; at += 32) {
        const a = v128.load(k0 + at), aLast = v128.load(k0 + at, 16), b = v128.load(k1 + at), bLast = v128.load(k1 + at, 16);
        addPairs(to + at, a01, a23, a, aLast, b, bLast);
        addPairs(other + at, b01, b23, a, aLast, b, bLast);
      }
    }
  }
}

/** Puts keys of `count` positions, a multiple of 8, side by side: four elements after the other, of each eight positions their first pairs and their second. */
function gather(keys: usize, capacity: i32, width: i32, count: i32, room: usize): void {
  const stride = <usize>capacity << 2;
  const until = <usize>count << 2;
  for (let d = 0; d < width; d += 4) {
    const k0 = keys + <usize>(d >> 1) * stride, k1 = k0 + stride;
    for (let at: usize = 0; at < until; at += 32) {
      setTwo(room, v128.load(k0 + at), v128.load(k0 + at, 16));
      setTwo(room + 32, v128.load(k1 + at), v128.load(k1 + at, 16));
      room += 64;
    }
  }
}

/** Four elements of a query with those of eight positions, as `gather` puts them: those of the first four, and of the last. */
// @ts-ignore: decorator
@inline
function firstFour(q01: v128, q23: v128, k: usize): v128 {
  return fourElements(q01, q23, v128.load(k), v128.load(k, 32));
}

// @ts-ignore: decorator
@inline
function lastFour(q01: v128, q23: v128, k: usize): v128 {
  return fourElements(q01, q23, v128.load(k, 16), v128.load(k, 48));
}

/** Eight elements of a query with those of eight positions, `stride` bytes from one four to the next: of the first four positions, and of the last. */
// @ts-ignore: decorator
@inline
function firstEight(a: v128, b: v128, c: v128, d: v128, k: usize, stride: usize): v128 {
  return f32x4.add(firstFour(a, b, k), firstFour(c, d, k + stride));
}

// @ts-ignore: decorator
@inline
function lastEight(a: v128, b: v128, c: v128, d: v128, k: usize, stride: usize): v128 {
  return f32x4.add(lastFour(a, b, k), lastFour(c, d, k + stride));
}

/** Puts what sums of products with eight positions stand for. @param keyScales where those of the positions lie */
// @ts-ignore: decorator
@inline
function putEight(to: usize, first: v128, last: v128, queryScale: v128, keyScales: usize): void {
  setTwo(to, f32x4.mul(first, f32x4.mul(queryScale, v128.load(keyScales))), f32x4.mul(last, f32x4.mul(queryScale, v128.load(keyScales, 16))));
}

/**
 * Scores of two queries at as many gathered positions as P has bytes, eight or sixteen.
 * @param k the first of them, `stride` bytes from four elements to the next @param between bytes from one query to the other
 * @param queryEnd of the first query
 */
// @ts-ignore: decorator
@inline
function scorePositions<P>(
  x: usize, between: usize, queryEnd: usize, k: usize, stride: usize,
  ofQ: v128, ofR: v128, toQ: usize, toR: usize, keyScales: usize,
): void {
  const zero = f32x4.splat(0);
  let q0 = zero, q1 = zero, q2 = zero, q3 = zero, r0 = zero, r1 = zero, r2 = zero, r3 = zero;
  for (; x + 16 <= queryEnd; x += 16) {
    const a = v128.load32_splat(x), b = v128.load32_splat(x, 4), c = v128.load32_splat(x, 8), d = v128.load32_splat(x, 12);
    const y = x + between;
    const e = v128.load32_splat(y), f = v128.load32_splat(y, 4), g = v128.load32_splat(y, 8), h = v128.load32_splat(y, 12);
    q0 = f32x4.add(q0, firstEight(a, b, c, d, k, stride));
    q1 = f32x4.add(q1, lastEight(a, b, c, d, k, stride));
    r0 = f32x4.add(r0, firstEight(e, f, g, h, k, stride));
    r1 = f32x4.add(r1, lastEight(e, f, g, h, k, stride));
    if (sizeof<P>() == 16) {
      q2 = f32x4.add(q2, firstEight(a, b, c, d, k + 64, stride));
      q3 = f32x4.add(q3, lastEight(a, b, c, d, k + 64, stride));
      r2 = f32x4.add(r2, firstEight(e, f, g, h, k + 64, stride));
      r3 = f32x4.add(r3, lastEight(e, f, g, h, k + 64, stride));
    }
    k += 2 * stride;
  }
  if (x < queryEnd) {
    const a = v128.load32_splat(x), b = v128.load32_splat(x, 4);
    const y = x + between;
    const e = v128.load32_splat(y), f = v128.load32_splat(y, 4);
    q0 = f32x4.add(q0, firstFour(a, b, k));
    q1 = f32x4.add(q1, lastFour(a, b, k));
    r0 = f32x4.add(r0, firstFour(e, f, k));
    r1 = f32x4.add(r1, lastFour(e, f, k));
    if (sizeof<P>() == 16) {
      q2 = f32x4.add(q2, firstFour(a, b, k + 64));
      q3 = f32x4.add(q3, lastFour(a, b, k + 64));
      r2 = f32x4.add(r2, firstFour(e, f, k + 64));
      r3 = f32x4.add(r3, lastFour(e, f, k + 64));
    }
  }
  putEight(toQ, q0, q1, ofQ, keyScales);
  putEight(toR, r0, r1, ofR, keyScales);
  if (sizeof<P>() == 16) {
    putEight(toQ + 32, q2, q3, ofQ, keyScales + 32);
    putEight(toR + 32, r2, r3, ofR, keyScales + 32);
  }
}

/**
 * Scores of two queries at `count` positions, a multiple of 8, of those `places` that were gathered.
 * @param scaleQ where their scales lie @param keyScales those of the first position
 */
function scoreTwo(
  q: usize, r: usize, scaleQ: usize, scaleR: usize, toQ: usize, toR: usize, keyScales: usize, room: usize, places: i32, width: i32, count: i32,
): void {
  const ofQ = v128.load32_splat(scaleQ), ofR = v128.load32_splat(scaleR);
  const stride = <usize>places << 3;
  const queryEnd = q + (<usize>width << 1);
  const until = <usize>count << 2;
  let at: usize = 0;
  for (; at + 64 <= until; at += 64)
    scorePositions<v128>(q, r - q, queryEnd, room + 2 * at, stride, ofQ, ofR, toQ + at, toR + at, keyScales + at);
  if (at < until) scorePositions<u64>(q, r - q, queryEnd, room + 2 * at, stride, ofQ, ofR, toQ + at, toR + at, keyScales + at);
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
    headOf<i16>(job, segment, segment.keys, row, head) + (<usize>(first - segment.start) << 2), segment.capacity,
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
      putScores(at, v128.load(at), scale, keyScales4(keys, segment.capacity, job.headWidth, place - segment.start));
    }
  }
}

/** Scores of rows that share a segment. */
function scoreRows(job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32): void {
  const size = <usize>job.headWidth << 1, line = <usize>job.line << 2;
  const room = job.room + <usize>(thread * job.roomOfThread);
  const places = seenBetween(job, segment, rowsEnd - 1, first, end);
  const keys = headOf<i16>(job, segment, segment.keys, row, head);
  gather(keys + (<usize>(first - segment.start) << 2), segment.capacity, job.headWidth, places, room);
  const keyScales = keyScalesAt(keys, segment.capacity, job.headWidth, first - segment.start);
  const to = job.scores + (<usize>first << 2);
  const count = (rowsEnd - row) * job.group;
  for (let index = 0; index < count; index += 2) {
    const last = min(index + 1, count - 1);
    const q = queryOf(job, row, head, index), r = queryOf(job, row, head, last);
    scoreTwo(
      job.queries + <usize>q * size, job.queries + <usize>r * size, job.queryScales + (<usize>q << 2), job.queryScales + (<usize>r << 2),
      to + <usize>q * line, to + <usize>r * line, keyScales, room, places, job.headWidth,
      seenBetween(job, segment, row + last / job.group, first, end),
    );
  }
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
