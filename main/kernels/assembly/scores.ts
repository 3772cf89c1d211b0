import { keyScales4, keyScalesAt, putScores } from './caches';
import { setTwo } from './lanes';
import { Attention, endOf, endOfShare, filledOf, headOf, linesSummed, queryOf, Segment, segmentOf, segments } from './segments';
import { thread } from './thread';

/*
 * The first job of attention: products of queries and keys, both 16-bit integers with scales, so that one instruction multiplies eight of
 * them. What four products give is a whole number and exact; these are added in 32-bit floats. It is cut finely enough for one row to occupy
 * several threads. Keys that several rows share meet four of their queries at a time, written for vectors of 256 bits, see wide-products.ts.
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

/** Puts what sums of products with eight positions stand for. @param keyScales where those of the positions lie */
// @ts-ignore: decorator
@inline
function putEight(to: usize, first: v128, last: v128, queryScale: v128, keyScales: usize): void {
  setTwo(to, f32x4.mul(first, f32x4.mul(queryScale, v128.load(keyScales))), f32x4.mul(last, f32x4.mul(queryScale, v128.load(keyScales, 16))));
}

/**
 * Scores of four queries at as many gathered positions as P has bytes, eight or sixteen.
 * @param p the first of them, and so on; `size` bytes each @param k the positions, `stride` bytes from four elements to the next
 */
// @ts-ignore: decorator
@inline
function scorePositions<P>(
  p: usize, q: usize, r: usize, s: usize, size: usize, k: usize, stride: usize, scales: usize,
  toP: usize, toQ: usize, toR: usize, toS: usize, keyScales: usize,
): void {
  const zero = f32x4.splat(0);
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  let c0 = zero, c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero;
  for (let at: usize = 0; at < size; at += 8) {
    let u: v128, v: v128;
    u = v128.load32_splat(p + at);
    v = v128.load32_splat(p + at, 4);
    a0 = f32x4.add(a0, firstFour(u, v, k));
    a1 = f32x4.add(a1, lastFour(u, v, k));
    if (sizeof<P>() == 16) {
      a2 = f32x4.add(a2, firstFour(u, v, k + 64));
      a3 = f32x4.add(a3, lastFour(u, v, k + 64));
    }
    u = v128.load32_splat(q + at);
    v = v128.load32_splat(q + at, 4);
    b0 = f32x4.add(b0, firstFour(u, v, k));
    b1 = f32x4.add(b1, lastFour(u, v, k));
    if (sizeof<P>() == 16) {
      b2 = f32x4.add(b2, firstFour(u, v, k + 64));
      b3 = f32x4.add(b3, lastFour(u, v, k + 64));
    }
    u = v128.load32_splat(r + at);
    v = v128.load32_splat(r + at, 4);
    c0 = f32x4.add(c0, firstFour(u, v, k));
    c1 = f32x4.add(c1, lastFour(u, v, k));
    if (sizeof<P>() == 16) {
      c2 = f32x4.add(c2, firstFour(u, v, k + 64));
      c3 = f32x4.add(c3, lastFour(u, v, k + 64));
    }
    u = v128.load32_splat(s + at);
    v = v128.load32_splat(s + at, 4);
    d0 = f32x4.add(d0, firstFour(u, v, k));
    d1 = f32x4.add(d1, lastFour(u, v, k));
    if (sizeof<P>() == 16) {
      d2 = f32x4.add(d2, firstFour(u, v, k + 64));
      d3 = f32x4.add(d3, lastFour(u, v, k + 64));
    }
    k += stride;
  }
  putEight(toP, a0, a1, v128.load32_splat(scales), keyScales);
  if (sizeof<P>() == 16) putEight(toP + 32, a2, a3, v128.load32_splat(scales), keyScales + 32);
  putEight(toQ, b0, b1, v128.load32_splat(scales, 4), keyScales);
  if (sizeof<P>() == 16) putEight(toQ + 32, b2, b3, v128.load32_splat(scales, 4), keyScales + 32);
  putEight(toR, c0, c1, v128.load32_splat(scales, 8), keyScales);
  if (sizeof<P>() == 16) putEight(toR + 32, c2, c3, v128.load32_splat(scales, 8), keyScales + 32);
  putEight(toS, d0, d1, v128.load32_splat(scales, 12), keyScales);
  if (sizeof<P>() == 16) putEight(toS + 32, d2, d3, v128.load32_splat(scales, 12), keyScales + 32);
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

/** For the scales of four queries, before the keys that they meet. */
const roomOfScales: usize = 64;

/** Scores of rows that share a segment. */
function scoreRows(job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32): void {
  const size = <usize>job.headWidth << 1, line = <usize>job.line << 2;
  const scales = job.room + <usize>(thread * job.roomOfThread), room = scales + roomOfScales;
  const places = seenBetween(job, segment, rowsEnd - 1, first, end);
  const keys = headOf<i16>(job, segment, segment.keys, row, head);
  gather(keys + (<usize>(first - segment.start) << 2), segment.capacity, job.headWidth, places, room);
  const keyScales = keyScalesAt(keys, segment.capacity, job.headWidth, first - segment.start);
  const to = job.scores + (<usize>first << 2);
  const count = (rowsEnd - row) * job.group;
  for (let index = 0; index < count; index += 4) {
    // Where there are no four left, the last is several of them.
    const last = min(index + 3, count - 1);
    const a = queryOf(job, row, head, index), b = queryOf(job, row, head, min(index + 1, last));
    const c = queryOf(job, row, head, min(index + 2, last)), d = queryOf(job, row, head, last);
    f32.store(scales, f32.load(job.queryScales + (<usize>a << 2)));
    f32.store(scales, f32.load(job.queryScales + (<usize>b << 2)), 4);
    f32.store(scales, f32.load(job.queryScales + (<usize>c << 2)), 8);
    f32.store(scales, f32.load(job.queryScales + (<usize>d << 2)), 12);
    const p = job.queries + <usize>a * size, q = job.queries + <usize>b * size, r = job.queries + <usize>c * size, s = job.queries + <usize>d * size;
    const toP = to + <usize>a * line, toQ = to + <usize>b * line, toR = to + <usize>c * line, toS = to + <usize>d * line;
    const until = <usize>seenBetween(job, segment, row + last / job.group, first, end) << 2;
    let at: usize = 0;
    for (; at + 64 <= until; at += 64)
      scorePositions<v128>(p, q, r, s, size, room + 2 * at, <usize>places << 3, scales, toP + at, toQ + at, toR + at, toS + at, keyScales + at);
    if (at < until)
      scorePositions<u64>(p, q, r, s, size, room + 2 * at, <usize>places << 3, scales, toP + at, toQ + at, toR + at, toS + at, keyScales + at);
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
