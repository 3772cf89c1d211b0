import { inFours } from './inputs';
import { sum4 } from './lanes';

/*
 * x [M, K] times the transpose of a matrix [N, K] stored in blocks of 32 along its rows, value = integer · scale + offset, x rounded to 16
 * bits (see inputs.ts). Products and sums of a block are whole numbers and exact; blocks are added in 32-bit floats, in one order.
 *
 * 4 bits: integers from 0 to 15; lane j of a block's eight 16-bit lanes holds elements j, 8 + j, 16 + j and 24 + j, lowest bits first.
 * 8 bits: integers from -128 to 127, in order.
 * Offsets are [N, blocks]; where a matrix has none, 4-bit ones are -8 times the scale: `offsets` is then the scales and `factor` -8.
 */

/** Arguments, as they lie in memory. */
// @ts-ignore: decorator
@unmanaged
export class Product {
  bits: i32;
  integers: usize;
  scales: usize;
  /** Or 0. */
  offsets: usize;
  factor: f32;
  /** K / 32 */
  blocks: i32;
  /** N */
  outputs: i32;
  /** Of each chunk. */
  outputsAtOnce: i32;
  /** M */
  rows: i32;
  inputs: usize;
  inputScales: usize;
  inputSums: usize;
  /** [M, stride] */
  to: usize;
  stride: i32;
  /** [N], or 0. */
  bias: usize;
  /** 1: added to what is there rather than put in its place. */
  adds: i32;
}

// @ts-ignore: decorator
@inline
function put(to: usize, value: f32, adds: bool): void {
  f32.store(to, adds ? f32.load(to) + value : value);
}

// @ts-ignore: decorator
@inline
function dot(a: v128, b: v128, c: v128, d: v128, x: usize): v128 {
  return i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(a, v128.load(x)), i32x4.dot_i16x8_s(b, v128.load(x, 16))),
    i32x4.add(i32x4.dot_i16x8_s(c, v128.load(x, 32)), i32x4.dot_i16x8_s(d, v128.load(x, 48))),
  );
}

/** Offsets of a row of weights with the sums of a row of inputs. */
// @ts-ignore: decorator
@inline
function offsetProduct(offsets: usize, sums: usize, blocks: i32): f32 {
  let total = f32x4.splat(0);
  let block = 0;
  for (; block + 4 <= blocks; block += 4) {
    total = f32x4.add(total, f32x4.mul(v128.load(offsets), v128.load(sums)));
    offsets += 16;
    sums += 16;
  }
  let rest: f32 = 0;
  for (; block < blocks; block++) {
    rest += f32.load(offsets) * f32.load(sums);
    offsets += 4;
    sums += 4;
  }
  return sum4(total) + rest;
}

/** Rows of weights from `first` to `end` with each row of inputs by itself. */
function multiplyAlone(job: Product, first: i32, end: i32): void {
  const integers = job.integers, scales = job.scales, offsets = job.offsets, factor = job.factor, blocks = job.blocks;
  const inputs = job.inputs, inputScales = job.inputScales, inputSums = job.inputSums, rows = job.rows;
  const to = job.to, stride = job.stride, bias = job.bias, adds = job.adds != 0;
  const four = job.bits == 4;
  const mask = i16x8.splat(15);
  const bytes = <usize>blocks << (four ? 4 : 5);
  const row4 = <usize>blocks << 2;
  const padded = <usize>((blocks + 3) & ~3) << 2;
  for (let n = first; n < end; n++) {
    const weights = integers + <usize>n * bytes;
    const weightsEnd = weights + bytes;
    const weightScales = scales + <usize>n * row4;
    for (let m = 0; m < rows; m++) {
      let w = weights;
      let s = weightScales;
      let x = inputs + (<usize>(m * blocks) << 6);
      let xs = inputScales + <usize>m * padded;
      let total = f32x4.splat(0);
      if (four) {
        while (w < weightsEnd) {
          const q = v128.load(w);
          const sums = dot(
            v128.and(q, mask), v128.and(i16x8.shr_u(q, 4), mask), v128.and(i16x8.shr_u(q, 8), mask), i16x8.shr_u(q, 12), x,
          );
          total = f32x4.add(total, f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.splat(f32.load(s) * f32.load(xs))));
          w += 16;
          s += 4;
          x += 64;
          xs += 4;
        }
      } else {
        while (w < weightsEnd) {
          const p = v128.load(w);
          const q = v128.load(w, 16);
          const sums = dot(
            i16x8.extend_low_i8x16_s(p), i16x8.extend_high_i8x16_s(p), i16x8.extend_low_i8x16_s(q), i16x8.extend_high_i8x16_s(q), x,
          );
          total = f32x4.add(total, f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.splat(f32.load(s) * f32.load(xs))));
          w += 32;
          s += 4;
          x += 64;
          xs += 4;
        }
      }
      let value = sum4(total);
      if (offsets != 0) value += factor * offsetProduct(offsets + <usize>n * row4, inputSums + <usize>m * padded, blocks);
      if (bias != 0) value += f32.load(bias + (<usize>n << 2));
      put(to + (<usize>(m * stride + n) << 2), value, adds);
    }
  }
}

// @ts-ignore: decorator
@inline
function pair(x: v128, lane: i32): v128 {
  if (lane == 0) return i8x16.shuffle(x, x, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
  if (lane == 1) return i8x16.shuffle(x, x, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  if (lane == 2) return i8x16.shuffle(x, x, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11);
  return i8x16.shuffle(x, x, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15);
}

/**
 * Eight elements of a row of weights with the same elements of four rows of inputs, added to `sums`: lanes are rows. One sum after the
 * other, not a tree of them, which needs more registers than there are.
 */
// @ts-ignore: decorator
@inline
function dotFour(sums: v128, w: v128, x: usize): v128 {
  sums = i32x4.add(sums, i32x4.dot_i16x8_s(pair(w, 0), v128.load(x)));
  sums = i32x4.add(sums, i32x4.dot_i16x8_s(pair(w, 1), v128.load(x, 16)));
  sums = i32x4.add(sums, i32x4.dot_i16x8_s(pair(w, 2), v128.load(x, 32)));
  return i32x4.add(sums, i32x4.dot_i16x8_s(pair(w, 3), v128.load(x, 48)));
}

/** Rows of weights from `first` to `end` with inputs that lie in fours. */
function multiplyFours(job: Product, first: i32, end: i32): void {
  const integers = job.integers, scales = job.scales, offsets = job.offsets, factor = job.factor, blocks = job.blocks;
  const inputs = job.inputs, inputScales = job.inputScales, inputSums = job.inputSums, rows = job.rows;
  const to = job.to, stride = job.stride, bias = job.bias, adds = job.adds != 0;
  const four = job.bits == 4;
  const mask = i16x8.splat(15);
  const bytes = <usize>blocks << (four ? 4 : 5);
  const row4 = <usize>blocks << 2;
  for (let m = 0; m < rows; m += 4) {
    const group = <usize>((m >> 2) * blocks);
    for (let n = first; n < end; n++) {
      let w = integers + <usize>n * bytes;
      const weightsEnd = w + bytes;
      let s = scales + <usize>n * row4;
      let x = inputs + (group << 8);
      let xs = inputScales + (group << 4);
      let total = f32x4.splat(0);
      if (four) {
        while (w < weightsEnd) {
          const q = v128.load(w);
          let sums = dotFour(i32x4.splat(0), v128.and(q, mask), x);
          sums = dotFour(sums, v128.and(i16x8.shr_u(q, 4), mask), x + 64);
          sums = dotFour(sums, v128.and(i16x8.shr_u(q, 8), mask), x + 128);
          sums = dotFour(sums, i16x8.shr_u(q, 12), x + 192);
          total = f32x4.add(total, f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.mul(v128.load32_splat(s), v128.load(xs))));
          w += 16;
          s += 4;
          x += 256;
          xs += 16;
        }
      } else {
        while (w < weightsEnd) {
          const p = v128.load(w);
          const q = v128.load(w, 16);
          let sums = dotFour(i32x4.splat(0), i16x8.extend_low_i8x16_s(p), x);
          sums = dotFour(sums, i16x8.extend_high_i8x16_s(p), x + 64);
          sums = dotFour(sums, i16x8.extend_low_i8x16_s(q), x + 128);
          sums = dotFour(sums, i16x8.extend_high_i8x16_s(q), x + 192);
          total = f32x4.add(total, f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.mul(v128.load32_splat(s), v128.load(xs))));
          w += 32;
          s += 4;
          x += 256;
          xs += 16;
        }
      }
      if (offsets != 0) {
        let o = offsets + <usize>n * row4;
        let sums = inputSums + (group << 4);
        let rest = f32x4.splat(0);
        for (let block = 0; block < blocks; block++) {
          rest = f32x4.add(rest, f32x4.mul(v128.load32_splat(o), v128.load(sums)));
          o += 4;
          sums += 16;
        }
        total = f32x4.add(total, f32x4.mul(rest, f32x4.splat(factor)));
      }
      if (bias != 0) total = f32x4.add(total, v128.load32_splat(bias + (<usize>n << 2)));
      const at = to + (<usize>(m * stride + n) << 2);
      const line = <usize>stride << 2;
      put(at, f32x4.extract_lane(total, 0), adds);
      if (m + 1 < rows) put(at + line, f32x4.extract_lane(total, 1), adds);
      if (m + 2 < rows) put(at + 2 * line, f32x4.extract_lane(total, 2), adds);
      if (m + 3 < rows) put(at + 3 * line, f32x4.extract_lane(total, 3), adds);
    }
  }
}

export function multiply(job: Product, chunk: i32): void {
  const first = chunk * job.outputsAtOnce;
  const end = min(first + job.outputsAtOnce, job.outputs);
  if (inFours(job.rows)) multiplyFours(job, first, end);
  else multiplyAlone(job, first, end);
}
