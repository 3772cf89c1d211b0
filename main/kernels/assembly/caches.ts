/*
 * Keys and values as caches hold them. Of a head they are lines of positions, [lines, capacity]:
 *
 *   16 bits   Hd lines of 16-bit integers, then two with the lower and the upper halves of a 32-bit scale for each position: half the
 *             memory to be read, and a part in 65 534 of the largest number of a position's key or value is the most that is lost
 *   32 bits   Hd lines of 32-bit floats, where nothing is rounded
 *
 * Whole lines are copied, cut and joined without knowing what they mean.
 */

/** Lines that a scale takes. */
export const scaleLines: i32 = 2;

/** The largest of 16-bit integers. */
export const largestInteger: f32 = 32767;

/** Scales of four positions, from `position` on, of a head in 16 bits. */
// @ts-ignore: decorator
@inline
export function scales4(head: usize, capacity: i32, width: i32, position: i32): v128 {
  const low = head + (<usize>(width * capacity + position) << 1);
  const high = low + (<usize>capacity << 1);
  return v128.shuffle<i16>(v128.load64_zero(low), v128.load64_zero(high), 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Puts what products of queries and keys stand for: times the scales of query and keys. */
// @ts-ignore: decorator
@inline
export function putScores(to: usize, products: v128, queryScale: v128, scales: v128): void {
  v128.store(to, f32x4.mul(products, f32x4.mul(queryScale, scales)));
}

/** Four floats as 16-bit integers, twice; what is no number becomes 0. */
// @ts-ignore: decorator
@inline
function rounded4(x: v128): v128 {
  const integers = i32x4.trunc_sat_f32x4_s(f32x4.nearest(x));
  return i16x8.narrow_i32x4_s(integers, integers);
}

/**
 * Rounds `width` floats, a multiple of 4, to integers up to `largest`, of which one comes to lie every `apart` bytes.
 * @returns their scale: no number where one of the floats is none
 */
export function roundVector(from: usize, width: i32, largest: f32, to: usize, apart: usize): f32 {
  const end = from + (<usize>width << 2);
  let top = f32x4.splat(0);
  for (let at = from; at < end; at += 16) top = f32x4.max(top, f32x4.abs(v128.load(at)));
  top = f32x4.max(top, v128.shuffle<i32>(top, top, 2, 3, 2, 3));
  top = f32x4.max(top, v128.shuffle<i32>(top, top, 1, 1, 1, 1));
  // Of nothing but zeros the integers do not matter.
  const inverse = f32x4.splat(largest / f32x4.extract_lane(top, 0));
  for (let at = from; at < end; at += 16) {
    const four = rounded4(f32x4.mul(v128.load(at), inverse));
    if (apart == 2) v128.store64_lane(to, four, 0);
    else {
      v128.store16_lane(to, four, 0);
      v128.store16_lane(to + apart, four, 1);
      v128.store16_lane(to + 2 * apart, four, 2);
      v128.store16_lane(to + 3 * apart, four, 3);
    }
    to += 4 * apart;
  }
  return f32x4.extract_lane(top, 0) / largest;
}

/** Puts one position's key or value of a head where it belongs. @param head its first line @param capacity places of a line */
export function storePosition(from: usize, width: i32, head: usize, capacity: i32, position: i32): void {
  const line = <usize>capacity << 1;
  const to = head + (<usize>position << 1);
  const bits = reinterpret<i32>(roundVector(from, width, largestInteger, to, line));
  i32.store16(to + <usize>width * line, bits);
  i32.store16(to + <usize>(width + 1) * line, bits >> 16);
}
