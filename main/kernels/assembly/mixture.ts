import { Attention, endOfShare, filledOf, headOf, queryOf, Segment, segmentOf, segments } from './segments';

/*
 * The third job of attention: values times their weights, both 16-bit integers. What two products give is a whole number and exact; these are
 * added in 32-bit floats. Values that several rows share meet two of their queries at a time.
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
