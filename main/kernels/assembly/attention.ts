import { firstLanes, linesOfHead, load4, scales4, unpack } from './caches';
import { thread } from './thread';
import { softmax } from './vectors';

/*
 * Attention of new positions over three segments: the prompt's, the row's own and the new positions themselves. Keys and values lie
 * position after position, [batch, Hkv, lines, capacity], so everything runs along lines of positions; those already read are as caches
 * hold them (see caches.ts), the new ones 32-bit floats. Scores of a query head are one line: segment after segment, each filled up to a
 * multiple of 4 with minus infinity.
 *
 * Three jobs: scores, their softmax, and the mixture of values; each is cut finely enough for one row to occupy several threads. What the
 * queries of several rows share is put side by side for all of them first, and met by two at a time, so that a key is loaded once for both.
 */

/** Positions that all rows of a batch see, or each its own. */
// @ts-ignore: decorator
@unmanaged
class Segment {
  keys: usize;
  values: usize;
  /** Places of a line. */
  capacity: i32;
  /** Numbers from one row of the batch to the next; 0 where all share. */
  stride: i32;
  /** Places filled, i32 [B]; 0: of the new positions, those up to the query's own. */
  filled: usize;
  /** Where it begins in a line of scores, a multiple of 4. */
  start: i32;
}

const segments: i32 = 3;

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
  /** [rows, H, Hd], multiplied with 1 / √Hd. */
  queries: usize;
  /** Three of `Segment`. */
  promptKeys: usize;
  promptValues: usize;
  promptCapacity: i32;
  promptStride: i32;
  promptFilled: usize;
  promptStart: i32;
  ownKeys: usize;
  ownValues: usize;
  ownCapacity: i32;
  ownStride: i32;
  ownFilled: usize;
  ownStart: i32;
  addedKeys: usize;
  addedValues: usize;
  addedCapacity: i32;
  addedStride: i32;
  addedFilled: usize;
  addedStart: i32;
  /** Of numbers of the first two segments: 16 or 32. */
  bits: i32;
  /** Length of a line of scores, a multiple of 4. */
  line: i32;
  /** Positions of a line that a chunk scores, a multiple of 4. */
  positionsAtOnce: i32;
  /** Lines that a chunk normalises. */
  linesAtOnce: i32;
  /** Rows, and elements of a value, a multiple of 4, that a chunk mixes. */
  rowsAtOnce: i32;
  elementsAtOnce: i32;
  /** [rows, H, line], of a single row several. */
  scores: usize;
  /** [rows, H · Hd] */
  to: usize;
  /** Room of each thread for what several queries meet: (Hd + 1) · positionsAtOnce floats, or 5 · line. */
  room: usize;
  /** Bytes of it. */
  roomOfThread: i32;
}

// @ts-ignore: decorator
@inline
function segmentOf(job: Attention, index: i32): Segment {
  return changetype<Segment>(changetype<usize>(job) + offsetof<Attention>('promptKeys') + <usize>index * offsetof<Segment>());
}

/** Where the segment after this one begins. */
// @ts-ignore: decorator
@inline
function endOf(job: Attention, index: i32): i32 {
  return index + 1 < segments ? segmentOf(job, index + 1).start : job.line;
}

/** Places of a segment that some row of a batch's part sees, if `last` is the last of its rows. */
// @ts-ignore: decorator
@inline
function filledOf(job: Attention, segment: Segment, last: i32): i32 {
  return segment.filled == 0 ? (last % job.added) + 1 : i32.load(segment.filled + (<usize>(last / job.added) << 2));
}

/** The end of the rows that share a segment with `row`. */
// @ts-ignore: decorator
@inline
function endOfShare(job: Attention, segment: Segment, row: i32): i32 {
  return segment.stride == 0 ? job.rows : (row / job.added + 1) * job.added;
}

/** Keys or values of one head that `row` sees of a segment. */
// @ts-ignore: decorator
@inline
function linesOf<T>(job: Attention, segment: Segment, all: usize, row: i32, head: i32): usize {
  return all + <usize>((row / job.added) * segment.stride + head * linesOfHead<T>(job.headWidth) * segment.capacity) * sizeof<T>();
}

/** Room of this thread. */
// @ts-ignore: decorator
@inline
function roomOf(job: Attention): usize {
  return job.room + <usize>(thread * job.roomOfThread);
}

/** Whether a segment is in 16 bits. */
// @ts-ignore: decorator
@inline
function isRounded(job: Attention, index: i32): bool {
  return job.bits == 16 && index + 1 < segments;
}

/** Number of a query among all heads of all rows: query `index` of those that `head` serves from row `row` on. */
// @ts-ignore: decorator
@inline
function queryOf(job: Attention, row: i32, head: i32, index: i32): i32 {
  return (row + index / job.group) * job.keyValueHeads * job.group + head * job.group + (index % job.group);
}

/** Scores of four positions as far as four elements of a query and of keys give them. */
// @ts-ignore: decorator
@inline
function fourElements(q0: v128, q1: v128, q2: v128, q3: v128, k0: v128, k1: v128, k2: v128, k3: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(q0, k0), f32x4.mul(q1, k1)), f32x4.add(f32x4.mul(q2, k2), f32x4.mul(q3, k3)));
}

/**
 * What elements `element` to `elementsEnd` give to the scores of the queries of one row at positions from `first` to `end`, both multiples of
 * 4, along lines of keys: from memory, which is where keys that meet nobody else come from, long stretches come faster. Four elements at a
 * time, of two queries where there are two.
 */
function scoreRow<T>(
  queries: usize, group: i32, width: i32, element: i32, elementsEnd: i32,
  keys: usize, capacity: i32, first: i32, end: i32, scores: usize, line: usize,
): void {
  const stride = <usize>capacity * sizeof<T>();
  const from = <usize>first << 2, until = <usize>end << 2;
  for (let index = 0; index < group; index++) {
    const to = scores + <usize>index * line;
    for (let at = from; at < until; at += 16) v128.store(to + at, f32x4.splat(0));
  }
  for (let d = element; d < elementsEnd; d += 4) {
    const k = keys + <usize>d * stride;
    const k1 = k + stride, k2 = k1 + stride, k3 = k2 + stride;
    for (let index = 0; index < group; index += 2) {
      const q = queries + (<usize>(index * width + d) << 2);
      const to = scores + <usize>index * line;
      const a0 = v128.load32_splat(q), a1 = v128.load32_splat(q, 4), a2 = v128.load32_splat(q, 8), a3 = v128.load32_splat(q, 12);
      if (index + 1 == group) {
        for (let at = from; at < until; at += 16) {
          const sums = fourElements(a0, a1, a2, a3, load4<T>(k, at), load4<T>(k1, at), load4<T>(k2, at), load4<T>(k3, at));
          v128.store(to + at, f32x4.add(v128.load(to + at), sums));
        }
        continue;
      }
      const r = q + (<usize>width << 2), toR = to + line;
      const b0 = v128.load32_splat(r), b1 = v128.load32_splat(r, 4), b2 = v128.load32_splat(r, 8), b3 = v128.load32_splat(r, 12);
      for (let at = from; at < until; at += 16) {
        const x0 = load4<T>(k, at), x1 = load4<T>(k1, at), x2 = load4<T>(k2, at), x3 = load4<T>(k3, at);
        v128.store(to + at, f32x4.add(v128.load(to + at), fourElements(a0, a1, a2, a3, x0, x1, x2, x3)));
        v128.store(toR + at, f32x4.add(v128.load(toR + at), fourElements(b0, b1, b2, b3, x0, x1, x2, x3)));
      }
    }
  }
}

/** Scores of two queries at so many positions, a multiple of 4, whose keys are floats in lines of `places`. */
function scoreTwo(q: usize, r: usize, toQ: usize, toR: usize, keys: usize, places: i32, width: i32, count: i32): void {
  const stride = <usize>places << 2;
  const between = r - q;
  const until = <usize>count << 2;
  const lastQuery = q + (<usize>width << 2);
  let at: usize = 0;
  for (; at + 64 <= until; at += 64) {
    let k = keys + at;
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    for (let x = q; x < lastQuery; x += 4) {
      const k0 = v128.load(k), k1 = v128.load(k, 16), k2 = v128.load(k, 32), k3 = v128.load(k, 48);
      const a = v128.load32_splat(x);
      const b = v128.load32_splat(x + between);
      a0 = f32x4.add(a0, f32x4.mul(a, k0));
      a1 = f32x4.add(a1, f32x4.mul(a, k1));
      a2 = f32x4.add(a2, f32x4.mul(a, k2));
      a3 = f32x4.add(a3, f32x4.mul(a, k3));
      b0 = f32x4.add(b0, f32x4.mul(b, k0));
      b1 = f32x4.add(b1, f32x4.mul(b, k1));
      b2 = f32x4.add(b2, f32x4.mul(b, k2));
      b3 = f32x4.add(b3, f32x4.mul(b, k3));
      k += stride;
    }
    v128.store(toQ + at, a0);
    v128.store(toQ + at, a1, 16);
    v128.store(toQ + at, a2, 32);
    v128.store(toQ + at, a3, 48);
    v128.store(toR + at, b0);
    v128.store(toR + at, b1, 16);
    v128.store(toR + at, b2, 32);
    v128.store(toR + at, b3, 48);
  }
  for (; at < until; at += 16) {
    let k = keys + at;
    let a0 = f32x4.splat(0), b0 = a0;
    for (let x = q; x < lastQuery; x += 4) {
      const k0 = v128.load(k);
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(x), k0));
      b0 = f32x4.add(b0, f32x4.mul(v128.load32_splat(x + between), k0));
      k += stride;
    }
    v128.store(toQ + at, a0);
    v128.store(toR + at, b0);
  }
}

function hide(line: usize, first: i32, end: i32): void {
  for (let position = first; position < end; position++) f32.store(line + (<usize>position << 2), -Infinity);
}

/**
 * Scores of the one row of a batch, at those of a segment's positions that are places `first` to `end` of a line, as far as elements
 * `element` to `elementsEnd` give them.
 */
function scoreOne<T>(
  job: Attention, segment: Segment, head: i32, row: i32, first: i32, end: i32, element: i32, elementsEnd: i32, scores: usize,
): void {
  const line = <usize>job.line << 2;
  const q = queryOf(job, row, head, 0);
  const seen = min(end, segment.start + filledOf(job, segment, row));
  const to = scores + <usize>q * line;
  const keys = linesOf<T>(job, segment, segment.keys, row, head);
  const from = first - segment.start, until = (seen - segment.start + 3) & ~3;
  const toSegment = to + (<usize>segment.start << 2);
  scoreRow<T>(
    job.queries + (<usize>(q * job.headWidth) << 2), job.group, job.headWidth, element, elementsEnd,
    keys, segment.capacity, from, until, toSegment, line,
  );
  if (sizeof<T>() == 2) {
    for (let at = <usize>from << 2; at < <usize>until << 2; at += 16) {
      const scales = scales4(keys, segment.capacity, job.headWidth, at);
      for (let index = 0; index < job.group; index++) {
        const place = toSegment + <usize>index * line + at;
        v128.store(place, f32x4.mul(v128.load(place), scales));
      }
    }
  }
  for (let index = 0; index < job.group; index++) hide(to + <usize>index * line, max(first, seen), end);
}

/** The same of rows that share a segment, with all elements. */
function scoreRows<T>(job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32): void {
  const size = <usize>job.headWidth << 2, line = <usize>job.line << 2;
  const start = segment.start;
  const room = roomOf(job);
  const here = min(end, start + filledOf(job, segment, rowsEnd - 1)) - first;
  if (here > 0) {
    const keys = linesOf<T>(job, segment, segment.keys, row, head);
    unpack<T>(keys, segment.capacity, job.headWidth, 0, job.headWidth, first - start, here, room, job.positionsAtOnce);
  }
  const count = (rowsEnd - row) * job.group;
  for (let index = 0; index < count; index += 2) {
    const last = min(index + 1, count - 1);
    const q = queryOf(job, row, head, index);
    const r = queryOf(job, row, head, last);
    const seen = min(end, start + filledOf(job, segment, row + last / job.group));
    const to = job.scores + (<usize>first << 2);
    scoreTwo(
      job.queries + <usize>q * size, job.queries + <usize>r * size, to + <usize>q * line, to + <usize>r * line,
      room, job.positionsAtOnce, job.headWidth, (max(seen - first, 0) + 3) & ~3,
    );
    hide(job.scores + <usize>q * line, max(first, start + filledOf(job, segment, row + index / job.group)), end);
    hide(job.scores + <usize>r * line, max(first, seen), end);
  }
}

/** Scores of all rows at places `first` to `end` of one segment. */
function scoreSegment<T>(job: Attention, segment: Segment, head: i32, first: i32, end: i32): void {
  for (let row = 0; row < job.rows; ) {
    const rowsEnd = endOfShare(job, segment, row);
    if (rowsEnd - row == 1) scoreOne<T>(job, segment, head, row, first, end, 0, job.headWidth, job.scores);
    else scoreRows<T>(job, segment, head, row, rowsEnd, first, end);
    row = rowsEnd;
  }
}

/** Lines of scores that are summed: a single row is cut along its elements, every part of which gives a line. */
// @ts-ignore: decorator
@inline
function linesSummed(job: Attention): i32 {
  return job.rows == 1 ? (job.headWidth + job.elementsAtOnce - 1) / job.elementsAtOnce : 1;
}

/** Chunks: Hkv × parts of a line; of a single row, Hkv × parts of a key. What is read beyond a segment's last place is hidden. */
export function score(job: Attention, chunk: i32): void {
  if (job.rows == 1) {
    const parts = linesSummed(job);
    const element = (chunk % parts) * job.elementsAtOnce;
    const elementsEnd = min(element + job.elementsAtOnce, job.headWidth);
    const scores = job.scores + (<usize>((chunk % parts) * job.keyValueHeads * job.group * job.line) << 2);
    for (let index = 0; index < segments; index++) {
      const segment = segmentOf(job, index);
      if (isRounded(job, index)) scoreOne<i16>(job, segment, chunk / parts, 0, segment.start, endOf(job, index), element, elementsEnd, scores);
      else scoreOne<f32>(job, segment, chunk / parts, 0, segment.start, endOf(job, index), element, elementsEnd, scores);
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
    if (isRounded(job, index)) scoreSegment<i16>(job, segment, head, first, end);
    else scoreSegment<f32>(job, segment, head, first, end);
  }
}

/** Chunks: parts of rows × H. */
export function normalizeScores(job: Attention, chunk: i32): void {
  const count = job.rows * job.keyValueHeads * job.group;
  const first = chunk * job.linesAtOnce;
  const end = min(first + job.linesAtOnce, count);
  const size = <usize>job.line << 2;
  const parts = linesSummed(job);
  for (let index = first; index < end; index++) {
    const line = job.scores + <usize>index * size;
    for (let part = 1; part < parts; part++) {
      const other = line + <usize>(part * count) * size;
      for (let at: usize = 0; at < size; at += 16) v128.store(line + at, f32x4.add(v128.load(line + at), v128.load(other + at)));
    }
    softmax(line, line, job.line);
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

/**
 * What a segment's places give to four elements, from `element` on, of the values of two queries.
 * @param head first line of a head's values
 */
function mixTwo<T>(
  weightsQ: usize, weightsR: usize, head: usize, capacity: i32, width: i32, element: i32, filled: i32, toQ: usize, toR: usize, adds: bool,
): void {
  const stride = <usize>capacity * sizeof<T>();
  const values = head + <usize>element * stride;
  const v1 = values + stride, v2 = v1 + stride, v3 = v2 + stride;
  const until = <usize>(filled & ~3) << 2;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let at: usize = 0; at < until; at += 16) {
    let a = v128.load(weightsQ + at), b = v128.load(weightsR + at);
    if (sizeof<T>() == 2) {
      const scales = scales4(head, capacity, width, at);
      a = f32x4.mul(a, scales);
      b = f32x4.mul(b, scales);
    }
    const x0 = load4<T>(values, at), x1 = load4<T>(v1, at), x2 = load4<T>(v2, at), x3 = load4<T>(v3, at);
    a0 = f32x4.add(a0, f32x4.mul(a, x0));
    a1 = f32x4.add(a1, f32x4.mul(a, x1));
    a2 = f32x4.add(a2, f32x4.mul(a, x2));
    a3 = f32x4.add(a3, f32x4.mul(a, x3));
    b0 = f32x4.add(b0, f32x4.mul(b, x0));
    b1 = f32x4.add(b1, f32x4.mul(b, x1));
    b2 = f32x4.add(b2, f32x4.mul(b, x2));
    b3 = f32x4.add(b3, f32x4.mul(b, x3));
  }
  if ((filled & 3) != 0) {
    // What lies behind the last place may be no number at all, and would not go away by a weight of 0.
    const there = firstLanes(filled & 3);
    let a = v128.load(weightsQ + until), b = v128.load(weightsR + until);
    if (sizeof<T>() == 2) {
      const scales = v128.and(scales4(head, capacity, width, until), there);
      a = f32x4.mul(a, scales);
      b = f32x4.mul(b, scales);
    }
    const x0 = v128.and(load4<T>(values, until), there), x1 = v128.and(load4<T>(v1, until), there);
    const x2 = v128.and(load4<T>(v2, until), there), x3 = v128.and(load4<T>(v3, until), there);
    a0 = f32x4.add(a0, f32x4.mul(a, x0));
    a1 = f32x4.add(a1, f32x4.mul(a, x1));
    a2 = f32x4.add(a2, f32x4.mul(a, x2));
    a3 = f32x4.add(a3, f32x4.mul(a, x3));
    b0 = f32x4.add(b0, f32x4.mul(b, x0));
    b1 = f32x4.add(b1, f32x4.mul(b, x1));
    b2 = f32x4.add(b2, f32x4.mul(b, x2));
    b3 = f32x4.add(b3, f32x4.mul(b, x3));
  }
  const a = sums4(a0, a1, a2, a3);
  const b = sums4(b0, b1, b2, b3);
  v128.store(toQ, adds ? f32x4.add(v128.load(toQ), a) : a);
  if (toR != toQ) v128.store(toR, adds ? f32x4.add(v128.load(toR), b) : b);
}

/** What rows that share a segment take of its values' elements `first` to `end`. */
function mixRows<T>(
  job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32, adds: bool,
): void {
  const width = job.headWidth, line = <usize>job.line << 2;
  const values = linesOf<T>(job, segment, segment.values, row, head);
  const scores = job.scores + (<usize>segment.start << 2);
  const count = (rowsEnd - row) * job.group;
  const isShared = rowsEnd - row > 1;
  const room = roomOf(job);
  for (let d = first; d < end; d += 4) {
    if (isShared) unpack<T>(values, segment.capacity, width, d, d + 4, 0, filledOf(job, segment, rowsEnd - 1), room, job.line);
    for (let index = 0; index < count; index += 2) {
      const last = min(index + 1, count - 1);
      const q = queryOf(job, row, head, index);
      const r = queryOf(job, row, head, last);
      const filled = filledOf(job, segment, row + last / job.group);
      const weightsQ = scores + <usize>q * line, weightsR = scores + <usize>r * line;
      const toQ = job.to + (<usize>(q * width + d) << 2), toR = job.to + (<usize>(r * width + d) << 2);
      if (isShared) mixTwo<f32>(weightsQ, weightsR, room, job.line, width, 0, filled, toQ, toR, adds);
      else mixTwo<T>(weightsQ, weightsR, values, segment.capacity, width, d, filled, toQ, toR, adds);
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
      const elementsEnd = min(element + job.elementsAtOnce, job.headWidth);
      if (isRounded(job, index)) mixRows<i16>(job, segment, head, row, rowsEnd, element, elementsEnd, index > 0);
      else mixRows<f32>(job, segment, head, row, rowsEnd, element, elementsEnd, index > 0);
      row = rowsEnd;
    }
  }
}
