import { setTwo } from './lanes';
import { Attention, endOfShare, filledOf, headOf, queryOf, Segment, segmentOf, segments } from './segments';
import { thread } from './thread';

/*
 * The third job of attention: values times their weights, both 16-bit integers, these up to 16 383. What four products give is a whole number and
 * exact; these are added in 32-bit floats. Values that several rows share meet two of their queries at a time.
 *
 * Written for vectors of 256 bits, see wide-products.ts: sixteen places are one.
 */

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

/** What 16 of 32 places give, the first eight of each half of them or the last, in four sums. */
// @ts-ignore: decorator
@inline
function sixteen(weights: v128, values: v128, otherWeights: v128, otherValues: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.add(i32x4.dot_i16x8_s(weights, values), i32x4.dot_i16x8_s(otherWeights, otherValues)));
}

// @ts-ignore: decorator
@inline
function sumsOf(sums: usize): v128 {
  return f32x4.add(v128.load(sums), v128.load(sums, 16));
}

/** Sums of four elements. */
// @ts-ignore: decorator
@inline
function sumsOfFour(sums: usize): v128 {
  return sums4(sumsOf(sums), sumsOf(sums + 32), sumsOf(sums + 64), sumsOf(sums + 96));
}

// @ts-ignore: decorator
@inline
function putMixed(to: usize, sums: v128, scale: usize, adds: bool): void {
  const mixed = f32x4.mul(sums, v128.load32_splat(scale));
  v128.store(to, adds ? f32x4.add(v128.load(to), mixed) : mixed);
}

/**
 * What `count` places, a multiple of 8, of a segment give to four elements of the values of two queries. What is behind the last has a weight of 0.
 * @param room of the thread, for sums of four elements with two queries, eight floats each
 */
function mixTwo(
  weightsQ: usize, weightsR: usize, scaleQ: usize, scaleR: usize, values: usize, capacity: i32, count: i32, toQ: usize, toR: usize, adds: bool,
  room: usize,
): void {
  const stride = <usize>capacity << 1;
  const v1 = values + stride, v2 = v1 + stride, v3 = v2 + stride;
  const until = <usize>count << 1, whole = until & ~63;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  if (whole > 0) {
    // Of each element's places 0 to 7 and 16 to 23, and of the others: with the first query, and with the second.
    let q00 = zero, q01 = zero, q10 = zero, q11 = zero, q20 = zero, q21 = zero, q30 = zero, q31 = zero;
    let r00 = zero, r01 = zero, r10 = zero, r11 = zero, r20 = zero, r21 = zero, r30 = zero, r31 = zero;
    for (; at < whole; at += 64) {
      const ofQ = weightsQ + at, ofR = weightsR + at;
      const q0 = v128.load(ofQ), q1 = v128.load(ofQ, 16), q2 = v128.load(ofQ, 32), q3 = v128.load(ofQ, 48);
      const r0 = v128.load(ofR), r1 = v128.load(ofR, 16), r2 = v128.load(ofR, 32), r3 = v128.load(ofR, 48);
      const a = values + at;
      const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48);
      q00 = f32x4.add(q00, sixteen(q0, a0, q2, a2));
      q01 = f32x4.add(q01, sixteen(q1, a1, q3, a3));
      r00 = f32x4.add(r00, sixteen(r0, a0, r2, a2));
      r01 = f32x4.add(r01, sixteen(r1, a1, r3, a3));
      const b = v1 + at;
      const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48);
      q10 = f32x4.add(q10, sixteen(q0, b0, q2, b2));
      q11 = f32x4.add(q11, sixteen(q1, b1, q3, b3));
      r10 = f32x4.add(r10, sixteen(r0, b0, r2, b2));
      r11 = f32x4.add(r11, sixteen(r1, b1, r3, b3));
      const c = v2 + at;
      const c0 = v128.load(c), c1 = v128.load(c, 16), c2 = v128.load(c, 32), c3 = v128.load(c, 48);
      q20 = f32x4.add(q20, sixteen(q0, c0, q2, c2));
      q21 = f32x4.add(q21, sixteen(q1, c1, q3, c3));
      r20 = f32x4.add(r20, sixteen(r0, c0, r2, c2));
      r21 = f32x4.add(r21, sixteen(r1, c1, r3, c3));
      const d = v3 + at;
      const d0 = v128.load(d), d1 = v128.load(d, 16), d2 = v128.load(d, 32), d3 = v128.load(d, 48);
      q30 = f32x4.add(q30, sixteen(q0, d0, q2, d2));
      q31 = f32x4.add(q31, sixteen(q1, d1, q3, d3));
      r30 = f32x4.add(r30, sixteen(r0, d0, r2, d2));
      r31 = f32x4.add(r31, sixteen(r1, d1, r3, d3));
    }
    setTwo(room, q00, q01);
    setTwo(room + 32, q10, q11);
    setTwo(room + 64, q20, q21);
    setTwo(room + 96, q30, q31);
    setTwo(room + 128, r00, r01);
    setTwo(room + 160, r10, r11);
    setTwo(room + 192, r20, r21);
    setTwo(room + 224, r30, r31);
  }
  let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  for (; at < until; at += 16) {
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
  let q = sums4(a0, a1, a2, a3), r = sums4(b0, b1, b2, b3);
  if (whole > 0) {
    q = f32x4.add(sumsOfFour(room), q);
    r = f32x4.add(sumsOfFour(room + 128), r);
  }
  putMixed(toQ, q, scaleQ, adds);
  if (toR != toQ) putMixed(toR, r, scaleR, adds);
}

/** What rows that share a segment take of its values' elements `first` to `end`. */
function mixRows(job: Attention, segment: Segment, head: i32, row: i32, rowsEnd: i32, first: i32, end: i32, adds: bool): void {
  const width = job.headWidth, line = <usize>job.line << 1;
  const room = job.room + <usize>(thread * job.roomOfThread);
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
        job.to + (<usize>(q * width + d) << 2), job.to + (<usize>(r * width + d) << 2), adds, room,
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
