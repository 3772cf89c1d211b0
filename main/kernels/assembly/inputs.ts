import { largerSizes, largestSize, nearest8 } from './lanes';

/*
 * Inputs of a product, rounded to 16 bits with a scale for each block of 32. In two layouts:
 *
 *   alone      row after row; a block's 32 integers in order. Scales and sums [rows, blocks rounded up to 4], the rest zero.
 *   in fours   four rows lie together: of each block, pair after pair, the pair of each of the four rows; so a vector holds one pair
 *              of four rows. Scales and sums [rows / 4, blocks, 4]. Rows that are missing have scale and sum 0.
 *
 * Or as bytes, where products read these (byte-products.ts): an integer is 256 times its upper byte and the lower, both with signs.
 *
 *   alone      of a block all upper bytes, then all lower.
 *   in fours   of each block four elements after the other: their upper bytes of each of the four rows, then their lower.
 *
 * A sum is that of a block's rounded inputs, times the scale: what an offset of the weights' block is multiplied with. With bytes it is `tooLarge` times
 * that of the integers, a whole number.
 */

/** 127 · 256 + 127: both bytes with signs. */
const largestInteger: f32 = 32639;

/** What is added to a product for each 1 of its input where a weight in 8 bits is 128 too large: see byte-products.ts. */
export const tooLarge: i32 = -128;

/** Which layout so many rows have. */
// @ts-ignore: decorator
@inline
export function inFours(rows: i32): bool {
  return rows > 2;
}

/** Rows that a chunk of a job writes: in fours they lie in the same lines of a processor's cache, which threads take from each other with every word. */
// @ts-ignore: decorator
@inline
export function rowsOfChunk(rows: i32): i32 {
  return inFours(rows) ? 4 : 1;
}

/** Where rounded inputs go. */
// @ts-ignore: decorator
@unmanaged
export class Inputs {
  /** All rows. */
  rows: i32;
  /** K / 32 */
  blocks: i32;
  /** Or 0: nothing is rounded. */
  integers: usize;
  scales: usize;
  sums: usize;
  /** 1: as bytes. */
  inBytes: i32;
}

/** Eight floats times `inverse` as integers. */
// @ts-ignore: decorator
@inline
function rounded(from: usize, inverse: v128): v128 {
  return nearest8(f32x4.mul(v128.load(from), inverse), f32x4.mul(v128.load(from, 16), inverse));
}

// @ts-ignore: decorator
@inline
function store4(to: usize, x: v128): void {
  v128.store32_lane(to, x, 0);
  v128.store32_lane(to, x, 1, 16);
  v128.store32_lane(to, x, 2, 32);
  v128.store32_lane(to, x, 3, 48);
}

/** The upper bytes of sixteen integers: of what is nearest to them and has no lower one. */
// @ts-ignore: decorator
@inline
function upperBytes(a: v128, b: v128): v128 {
  const half = i16x8.splat(128);
  return i8x16.shuffle(i16x8.add(a, half), i16x8.add(b, half), 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// @ts-ignore: decorator
@inline
function lowerBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

/** Puts sixteen integers of one of four rows, as they are or as bytes. */
// @ts-ignore: decorator
@inline
function putInFours(to: usize, a: v128, b: v128, inBytes: bool): void {
  if (!inBytes) {
    store4(to, a);
    store4(to + 64, b);
    return;
  }
  const upper = upperBytes(a, b), lower = lowerBytes(a, b);
  v128.store32_lane(to, upper, 0);
  v128.store32_lane(to, lower, 0, 16);
  v128.store32_lane(to, upper, 1, 32);
  v128.store32_lane(to, lower, 1, 48);
  v128.store32_lane(to, upper, 2, 64);
  v128.store32_lane(to, lower, 2, 80);
  v128.store32_lane(to, upper, 3, 96);
  v128.store32_lane(to, lower, 3, 112);
}

/** Puts a block of one row by itself. */
// @ts-ignore: decorator
@inline
function putAlone(to: usize, a: v128, b: v128, c: v128, d: v128, inBytes: bool): void {
  v128.store(to, inBytes ? upperBytes(a, b) : a);
  v128.store(to, inBytes ? upperBytes(c, d) : b, 16);
  v128.store(to, inBytes ? lowerBytes(a, b) : c, 32);
  v128.store(to, inBytes ? lowerBytes(c, d) : d, 48);
}

// @ts-ignore: decorator
@inline
function putSum(to: usize, whole: i32, scale: f32, inBytes: bool): void {
  if (inBytes) i32.store(to, whole * tooLarge);
  else f32.store(to, <f32>whole * scale);
}

/** Rounds one row of 32-bit floats, [blocks · 32], into place `row` of the inputs. */
export function roundRow(inputs: Inputs, from: usize, row: i32): void {
  const blocks = inputs.blocks, integers = inputs.integers, scales = inputs.scales, sums = inputs.sums;
  if (integers == 0) return;
  const four = inFours(inputs.rows), inBytes = inputs.inBytes != 0;
  const padded = (blocks + 3) & ~3;
  const ones = i16x8.splat(1);
  for (let block = 0; block < blocks; block++) {
    const x = from + (<usize>block << 7);
    let sizes = i32x4.splat(0);
    for (let i: usize = 0; i < 128; i += 16) sizes = largerSizes(sizes, v128.load(x + i));
    const scale = largestSize(sizes) / largestInteger;
    const inverse = f32x4.splat(scale > 0 ? 1 / scale : 0);
    const a = rounded(x, inverse);
    const b = rounded(x + 32, inverse);
    const c = rounded(x + 64, inverse);
    const d = rounded(x + 96, inverse);
    const pairs = i32x4.add(
      i32x4.add(i32x4.dot_i16x8_s(a, ones), i32x4.dot_i16x8_s(b, ones)),
      i32x4.add(i32x4.dot_i16x8_s(c, ones), i32x4.dot_i16x8_s(d, ones)),
    );
    const whole =
      i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1) + i32x4.extract_lane(pairs, 2) + i32x4.extract_lane(pairs, 3);
    if (four) {
      const place = <usize>((row >> 2) * blocks + block);
      const to = integers + (place << 8) + (<usize>(row & 3) << 2);
      putInFours(to, a, b, inBytes);
      putInFours(to + 128, c, d, inBytes);
      const one = (place << 4) + (<usize>(row & 3) << 2);
      f32.store(scales + one, scale);
      putSum(sums + one, whole, scale, inBytes);
    } else {
      const to = integers + (<usize>(row * blocks + block) << 6);
      putAlone(to, a, b, c, d, inBytes);
      const one = <usize>(row * padded + block) << 2;
      f32.store(scales + one, scale);
      putSum(sums + one, whole, scale, inBytes);
    }
  }
  if (!four) {
    for (let block = blocks; block < padded; block++) {
      f32.store(scales + (<usize>(row * padded + block) << 2), 0);
      f32.store(sums + (<usize>(row * padded + block) << 2), 0);
    }
  } else if (row == inputs.rows - 1) {
    for (let missing = row + 1; (missing & 3) != 0; missing++) emptyRow(inputs, missing);
  }
}

/** A row that is missing from the last four. */
function emptyRow(inputs: Inputs, row: i32): void {
  for (let block = 0; block < inputs.blocks; block++) {
    const one = (<usize>((row >> 2) * inputs.blocks + block) << 4) + (<usize>(row & 3) << 2);
    f32.store(inputs.scales + one, 0);
    f32.store(inputs.sums + one, 0);
  }
}
