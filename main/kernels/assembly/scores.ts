import { keyScales4, putScores } from './caches';
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

/** Four elements of a query at `x` with those of sixteen positions, added to what is there. */
// @ts-ignore: decorator
@inline
function addFour(x: usize, k: usize, to: usize): void {
  const a = v128.load32_splat(x), b = v128.load32_splat(x, 4);
  setTwo(to, f32x4.add(v128.load(to), firstFour(a, b, k)), f32x4.add(v128.load(to, 16), lastFour(a, b, k)));
  setTwo(to + 32, f32x4.add(v128.load(to, 32), firstFour(a, b, k + 64)), f32x4.add(v128.load(to, 48), lastFour(a, b, k + 64)));
}

/** Eight elements, `stride` bytes from one four to the next. */
// @ts-ignore: decorator
@inline
function addEight(x: usize, k: usize, stride: usize, to: usize): void {
  const a = v128.load32_splat(x), b = v128.load32_splat(x, 4), c = v128.load32_splat(x, 8), d = v128.load32_splat(x, 12);
  const l = k + stride;
  setTwo(
    to,
    f32x4.add(v128.load(to), f32x4.add(firstFour(a, b, k), firstFour(c, d, l))),
    f32x4.add(v128.load(to, 16), f32x4.add(lastFour(a, b, k), lastFour(c, d, l))),
  );
  setTwo(
    to + 32,
    f32x4.add(v128.load(to, 32), f32x4.add(firstFour(a, b, k + 64), firstFour(c, d, l + 64))),
    f32x4.add(v128.load(to, 48), f32x4.add(lastFour(a, b, k + 64), lastFour(c, d, l + 64))),
  );
}

/**
 * Scores of two queries at `count` positions, a multiple of 8, of those `places` that were gathered.
 * @param scaleQ where their scales lie @param keys first line of the head's keys @param first its position that is the first gathered
 * @param sums room for those of two queries at sixteen positions
 */
function scoreTwo(
  q: usize, r: usize, scaleQ: usize, scaleR: usize, toQ: usize, toR: usize,
  keys: usize, capacity: i32, first: i32, room: usize, places: i32, width: i32, count: i32, sums: usize,
): void {
  const ofQ = v128.load32_splat(scaleQ), ofR = v128.load32_splat(scaleR);
  const stride = <usize>places << 3;
  const between = r - q;
  const lastQuery = q + (<usize>width << 1);
  const zero = f32x4.splat(0);
  let position = 0;
  for (; position + 16 <= count; position += 16) {
    let k = room + (<usize>position << 3);
    for (let at: usize = 0; at < 128; at += 32) setTwo(sums + at, zero, zero);
    let x = q;
    for (; x + 16 <= lastQuery; x += 16) {
      addEight(x, k, stride, sums);
      addEight(x + between, k, stride, sums + 64);
      k += 2 * stride;
    }
    if (x < lastQuery) {
      addFour(x, k, sums);
      addFour(x + between, k, sums + 64);
    }
    for (let at: usize = 0; at < 64; at += 16) {
      const scales = keyScales4(keys, capacity, width, first + position + <i32>(at >> 2));
      const place = (<usize>position << 2) + at;
      putScores(toQ + place, v128.load(sums + at), ofQ, scales);
      putScores(toR + place, v128.load(sums + at, 64), ofR, scales);
    }
  }
  for (; position < count; position += 8) {
    let k = room + (<usize>position << 3);
    let a0 = zero, a1 = zero, b0 = zero, b1 = zero;
    for (let x = q; x < lastQuery; x += 8) {
      const k0 = v128.load(k), k1 = v128.load(k, 16), k2 = v128.load(k, 32), k3 = v128.load(k, 48);
      const q01 = v128.load32_splat(x), q23 = v128.load32_splat(x, 4);
      const r01 = v128.load32_splat(x + between), r23 = v128.load32_splat(x + between, 4);
      a0 = f32x4.add(a0, fourElements(q01, q23, k0, k2));
      a1 = f32x4.add(a1, fourElements(q01, q23, k1, k3));
      b0 = f32x4.add(b0, fourElements(r01, r23, k0, k2));
      b1 = f32x4.add(b1, fourElements(r01, r23, k1, k3));
      k += stride;
    }
    const at = <usize>position << 2;
    const s0 = keyScales4(keys, capacity, width, first + position), s1 = keyScales4(keys, capacity, width, first + position + 4);
    putScores(toQ + at, a0, ofQ, s0);
    putScores(toR + at, b0, ofR, s0);
    putScores(toQ + at + 16, a1, ofQ, s1);
    putScores(toR + at + 16, b1, ofR, s1);
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
  const to = job.scores + (<usize>first << 2);
  const count = (rowsEnd - row) * job.group;
  for (let index = 0; index < count; index += 2) {
    const last = min(index + 1, count - 1);
    const q = queryOf(job, row, head, index), r = queryOf(job, row, head, last);
    scoreTwo(
      job.queries + <usize>q * size, job.queries + <usize>r * size, job.queryScales + (<usize>q << 2), job.queryScales + (<usize>r << 2),
      to + <usize>q * line, to + <usize>r * line, keys, segment.capacity, first - segment.start,
      room, places, job.headWidth, seenBetween(job, segment, row + last / job.group, first, end),
      room + size * <usize>job.positionsAtOnce,
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
