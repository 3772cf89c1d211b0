import { four as fourOf } from './halves';
import { inFours } from './inputs';

/*
 * x [M, K] times the transpose of a matrix [N, K] stored in blocks of 32 along its rows, value = integer · scale + offset, x rounded to 16
 * bits (see inputs.ts). Products and sums of a block are whole numbers and exact; blocks are added in 32-bit floats, one after the other,
 * whatever the rows.
 *
 * Eight rows of weights lie together, block after block, so that the lanes of vectors are rows. rounded-products.ts has sixteen together and
 * gives the same bits. Rows that the last eight lack are zero. A pair is two neighbouring elements of each of the eight rows, as
 * bytes: row 0's, row 1's …
 *
 *   4 bits   0 to 15. A block is eight times 16 bytes, each two pairs: the low halves of the bytes are the first, the high ones the second.
 *   8 bits   -128 to 127. A block is its sixteen pairs, 16 bytes each.
 *
 * Scales and offsets are [N / 8, blocks, 8], 32-bit floats or halves (see halves.ts), and offsets are multiplied with `factor`. Where a
 * matrix has none, `offsets` is the scales: `factor` is -8 for 4 bits, and 0 for 8.
 */

/** Arguments, as they lie in memory. */
// @ts-ignore: decorator
@unmanaged
export class Product {
  bits: i32;
  integers: usize;
  scales: usize;
  offsets: usize;
  factor: f32;
  /** K / 32 */
  blocks: i32;
  /** N */
  outputs: i32;
  /** Of each chunk; a multiple of 8. */
  outputsAtOnce: i32;
  /** M */
  rows: i32;
  inputs: usize;
  /** [M, stride] */
  to: usize;
  stride: i32;
  /** [N], or 0. */
  bias: usize;
  /** 1: added to what is there rather than put in its place. */
  adds: i32;
  /** 1: scales and offsets are halves. */
  narrow: i32;
}

/** With inputs that are rounded. */
// @ts-ignore: decorator
@unmanaged
export class RoundedProduct extends Product {
  inputScales: usize;
  inputSums: usize;
}

/** Puts what four rows of weights, from the one numbered `n` on, give for row `m`. */
// @ts-ignore: decorator
@inline
export function put(job: Product, m: i32, n: i32, four: v128): void {
  const to = job.to + (<usize>(m * job.stride + n) << 2);
  const bias = job.bias + (<usize>n << 2);
  const adds = job.adds != 0;
  if (n + 4 <= job.outputs) {
    if (job.bias != 0) four = f32x4.add(four, v128.load(bias));
    v128.store(to, adds ? f32x4.add(v128.load(to), four) : four);
    return;
  }
  for (let i = n; i < job.outputs; i++) {
    const at = <usize>(i - n) << 2;
    let value = f32x4.extract_lane(four, 0);
    if (job.bias != 0) value += f32.load(bias + at);
    f32.store(to + at, adds ? f32.load(to + at) + value : value);
    four = i8x16.shuffle(four, four, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
  }
}

/** One of the four pairs of a vector, in all four lanes. */
// @ts-ignore: decorator
@inline
function pair(x: v128, lane: i32): v128 {
  if (lane == 0) return i8x16.shuffle(x, x, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
  if (lane == 1) return i8x16.shuffle(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  if (lane == 2) return i8x16.shuffle(x, x, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
  return i8x16.shuffle(x, x, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}

/** A pair of weights with one of the pairs of `x`, added to `sums`. */
// @ts-ignore: decorator
@inline
function add(sums: v128, weights: v128, x: v128, lane: i32): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(weights, pair(x, lane)));
}

/*
 * Loops run over a quarter of a block, and an input is spread over the lanes by a shuffle rather than as it is loaded: what lies between two
 * jumps is loaded before anything is computed with it, and more than this does not fit into the registers.
 */

/** Two neighbouring pairs of four rows of weights, the first or the second of them. @param Q of a quarter of a block of one row: u32 in 4 bits, u64 in 8 */
// @ts-ignore: decorator
@inline
function firstPair<Q>(w: usize): v128 {
  return sizeof<Q>() == 4 ? v128.and(v128.load8x8_u(w), i16x8.splat(15)) : v128.load8x8_s(w);
}

// @ts-ignore: decorator
@inline
function secondPair<Q>(w: usize): v128 {
  return sizeof<Q>() == 4 ? i16x8.shr_u(v128.load8x8_u(w), 4) : v128.load8x8_s(w, 16);
}

/** A block of four rows of weights with a block of inputs. */
// @ts-ignore: decorator
@inline
function ofOne<Q>(w: usize, x: usize): v128 {
  let sums = i32x4.splat(0);
  for (const end = w + 32 * sizeof<Q>(); w < end; w += 8 * sizeof<Q>()) {
    const y = v128.load(x), next = w + 4 * sizeof<Q>();
    sums = add(sums, firstPair<Q>(w), y, 0);
    sums = add(sums, secondPair<Q>(w), y, 1);
    sums = add(sums, firstPair<Q>(next), y, 2);
    sums = add(sums, secondPair<Q>(next), y, 3);
    x += 16;
  }
  return sums;
}

/** What a block gives for one row of inputs. @param sums of its products @param input scale of its inputs @param inputSum and their sum */
// @ts-ignore: decorator
@inline
export function ofBlock(sums: v128, scales: v128, offsets: v128, input: v128, inputSum: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.mul(scales, input)), f32x4.mul(offsets, inputSum));
}

/** Rows of weights from `first` to `end` with each row of inputs by itself. @param S of scales and offsets: f32, or u16 for halves */
function multiplyAlone<S, Q>(job: RoundedProduct, first: i32, end: i32): void {
  const blocks = job.blocks, rows = job.rows;
  const factor = f32x4.splat(job.factor);
  const bytes = (<usize>blocks << 5) * sizeof<Q>();
  const padded = <usize>((blocks + 3) & ~3) << 2;
  const apart = job.inputSums - job.inputScales;
  for (let n = first; n < end; n += 4) {
    const eight = <usize>(n >> 3), half = <usize>((n >> 2) & 1);
    const floats = (eight * (<usize>blocks << 3) + (half << 2)) * sizeof<S>();
    for (let m = 0; m < rows; m++) {
      let w = job.integers + eight * bytes + (half << 3);
      const weightsEnd = w + bytes;
      let s = job.scales + floats, o = job.offsets + floats;
      let x = job.inputs + (<usize>(m * blocks) << 6);
      let xs = job.inputScales + <usize>m * padded;
      let total = f32x4.splat(0);
      while (w < weightsEnd) {
        const offsets = f32x4.mul(fourOf<S>(o), factor);
        total = f32x4.add(total, ofBlock(ofOne<Q>(w, x), fourOf<S>(s), offsets, v128.load32_splat(xs), v128.load32_splat(xs + apart)));
        w += 32 * sizeof<Q>();
        s += 8 * sizeof<S>();
        o += 8 * sizeof<S>();
        x += 64;
        xs += 4;
      }
      put(job, m, n, total);
    }
  }
}

/** Rows of weights from `first` to `end` with inputs that lie in fours. */
function multiplyFours<S, Q>(job: RoundedProduct, first: i32, end: i32): void {
  const blocks = job.blocks, rows = job.rows;
  const factor = f32x4.splat(job.factor);
  const bytes = (<usize>blocks << 5) * sizeof<Q>();
  const apart = job.inputSums - job.inputScales;
  for (let m = 0; m < rows; m += 4) {
    const inputs = <usize>((m >> 2) * blocks);
    for (let n = first; n < end; n += 4) {
      const eight = <usize>(n >> 3), half = <usize>((n >> 2) & 1);
      const floats = (eight * (<usize>blocks << 3) + (half << 2)) * sizeof<S>();
      let w = job.integers + eight * bytes + (half << 3);
      const weightsEnd = w + bytes;
      let s = job.scales + floats, o = job.offsets + floats;
      let x = job.inputs + (inputs << 8);
      let xs = job.inputScales + (inputs << 4);
      let t0 = f32x4.splat(0), t1 = t0, t2 = t0, t3 = t0;
      while (w < weightsEnd) {
        let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
        for (const blockEnd = w + 32 * sizeof<Q>(); w < blockEnd; w += 4 * sizeof<Q>()) {
          const p0 = firstPair<Q>(w), p1 = secondPair<Q>(w);
          const y0 = v128.load(x), y1 = v128.load(x, 16);
          a0 = add(a0, p0, y0, 0);
          a1 = add(a1, p0, y0, 1);
          a2 = add(a2, p0, y0, 2);
          a3 = add(a3, p0, y0, 3);
          a0 = add(a0, p1, y1, 0);
          a1 = add(a1, p1, y1, 1);
          a2 = add(a2, p1, y1, 2);
          a3 = add(a3, p1, y1, 3);
          x += 32;
        }
        const scales = fourOf<S>(s), offsets = f32x4.mul(fourOf<S>(o), factor);
        const sums = xs + apart;
        t0 = f32x4.add(t0, ofBlock(a0, scales, offsets, v128.load32_splat(xs), v128.load32_splat(sums)));
        t1 = f32x4.add(t1, ofBlock(a1, scales, offsets, v128.load32_splat(xs, 4), v128.load32_splat(sums, 4)));
        t2 = f32x4.add(t2, ofBlock(a2, scales, offsets, v128.load32_splat(xs, 8), v128.load32_splat(sums, 8)));
        t3 = f32x4.add(t3, ofBlock(a3, scales, offsets, v128.load32_splat(xs, 12), v128.load32_splat(sums, 12)));
        s += 8 * sizeof<S>();
        o += 8 * sizeof<S>();
        xs += 16;
      }
      put(job, m, n, t0);
      if (m + 1 < rows) put(job, m + 1, n, t1);
      if (m + 2 < rows) put(job, m + 2, n, t2);
      if (m + 3 < rows) put(job, m + 3, n, t3);
    }
  }
}

function multiplyStored<S, Q>(job: RoundedProduct, first: i32, end: i32): void {
  if (inFours(job.rows)) multiplyFours<S, Q>(job, first, end);
  else multiplyAlone<S, Q>(job, first, end);
}

export function multiply(job: RoundedProduct, chunk: i32): void {
  const first = chunk * job.outputsAtOnce;
  const end = min(first + job.outputsAtOnce, job.outputs);
  const four = job.bits == 4;
  if (job.narrow != 0) {
    if (four) multiplyStored<u16, u32>(job, first, end);
    else multiplyStored<u16, u64>(job, first, end);
  } else if (four) multiplyStored<f32, u32>(job, first, end);
  else multiplyStored<f32, u64>(job, first, end);
}
