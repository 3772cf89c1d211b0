import { largerSizes, largestSize, nearest8 } from './lanes';

/*
 * Keys and values as caches hold them. Of a head they are lines of positions, [lines, capacity]:
 *
 *   16 bits   of keys Hd / 2 lines of 32-bit words, two elements of a position each, the first in the lower half, since that is how they are
 *             multiplied; then one of 32-bit scales. Of values Hd lines of 16-bit integers, two positions of which are multiplied at once; then
 *             two with the lower and the upper halves of a 32-bit scale for each position. The same number of bytes. It is half the memory to
 *             be read, and a part in 65 534 of the largest number of a position's key or value is the most that is lost
 *   32 bits   Hd lines of 32-bit floats, where nothing is rounded
 *
 * Whole lines are copied, cut and joined without knowing what they mean.
 */

/** 16-bit lines that a scale of values takes, or one of 32 bits that one of keys does. */
export const scaleLines: i32 = 2;

/** The largest of 16-bit integers. */
const largestInteger: f32 = 32767;

/** Where the scales of keys lie, from `position` on, of a head in 16 bits. */
// @ts-ignore: decorator
@inline
export function keyScalesAt(head: usize, capacity: i32, width: i32, position: i32): usize {
  return head + (<usize>((width >> 1) * capacity + position) << 2);
}

/** Scales of the keys of four positions. */
// @ts-ignore: decorator
@inline
export function keyScales4(head: usize, capacity: i32, width: i32, position: i32): v128 {
  return v128.load(keyScalesAt(head, capacity, width, position));
}

/** Where the lower halves of the values' scales lie, from `position` on; the upper ones are a line behind. */
// @ts-ignore: decorator
@inline
export function valueScalesAt(head: usize, capacity: i32, width: i32, position: i32): usize {
  return head + (<usize>(width * capacity + position) << 1);
}

/** Floats of their lower and upper halves, each widened to 32 bits. */
// @ts-ignore: decorator
@inline
export function fromHalves(low: v128, high: v128): v128 {
  return v128.or(low, i32x4.shl(high, 16));
}

/** Scales of the values of four positions. */
// @ts-ignore: decorator
@inline
export function valueScales4(head: usize, capacity: i32, width: i32, position: i32): v128 {
  const low = valueScalesAt(head, capacity, width, position);
  return fromHalves(v128.load16x4_u(low), v128.load16x4_u(low + (<usize>capacity << 1)));
}

/** Puts what products of queries and keys stand for: times the scales of query and keys. */
// @ts-ignore: decorator
@inline
export function putScores(to: usize, products: v128, queryScale: v128, scales: v128): void {
  v128.store(to, f32x4.mul(products, f32x4.mul(queryScale, scales)));
}

/** The largest size of `width` floats, a multiple of 4. */
// @ts-ignore: decorator
@inline
function largestOf(from: usize, width: i32): f32 {
  const end = from + (<usize>width << 2);
  let sizes = i32x4.splat(0);
  for (let at = from; at < end; at += 16) sizes = largerSizes(sizes, v128.load(at));
  return largestSize(sizes);
}

/**
 * Rounds `width` floats, a multiple of 4, to integers up to `largest`, of which a word of `size` bytes, 2 or 4, comes to lie every `apart` bytes.
 * @returns their scale: no number where one of the floats is none
 */
// @ts-ignore: decorator
@inline
function roundTo(from: usize, width: i32, largest: f32, to: usize, size: usize, apart: usize): f32 {
  const end = from + (<usize>width << 2);
  const top = largestOf(from, width);
  // Of nothing but zeros the integers do not matter.
  const inverse = f32x4.splat(largest / top);
  for (let at = from; at < end; at += 16) {
    const products = f32x4.mul(v128.load(at), inverse);
    const four = nearest8(products, products);
    if (size == 4) {
      v128.store32_lane(to, four, 0);
      v128.store32_lane(to + apart, four, 1);
      to += 2 * apart;
    } else {
      v128.store16_lane(to, four, 0);
      v128.store16_lane(to + apart, four, 1);
      v128.store16_lane(to + 2 * apart, four, 2);
      v128.store16_lane(to + 3 * apart, four, 3);
      to += 4 * apart;
    }
  }
  return top / largest;
}

/** Puts a query's integers side by side. @returns their scale */
export function storeQuery(from: usize, width: i32, largest: f32, to: usize): f32 {
  return roundTo(from, width, largest, to, 4, 4);
}

/** Puts one position's key of a head where it belongs. @param head its first line @param capacity places of a line */
export function storeKey(from: usize, width: i32, head: usize, capacity: i32, position: i32): void {
  const line = <usize>capacity << 2;
  const to = head + (<usize>position << 2);
  f32.store(to + <usize>(width >> 1) * line, roundTo(from, width, largestInteger, to, 4, line));
}

/** Puts one position's value of a head where it belongs. */
export function storeValue(from: usize, width: i32, head: usize, capacity: i32, position: i32): void {
  const line = <usize>capacity << 1;
  const to = head + (<usize>position << 1);
  const bits = reinterpret<i32>(roundTo(from, width, largestInteger, to, 2, line));
  i32.store16(to + <usize>width * line, bits);
  i32.store16(to + <usize>(width + 1) * line, bits >> 16);
}
