/** Sum of four numbers, in one fixed order. */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Sum of four whole numbers. */
// @ts-ignore: decorator
@inline
export function total4(sums: v128): i32 {
  return i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3);
}

/** Largest of four numbers. */
// @ts-ignore: decorator
@inline
export function largest4(x: v128): f32 {
  return max(max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)), max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)));
}

/**
 * Stores what is one vector of 256 bits: see wide-products.ts. The last half first, since the compiler moves what is computed for it past nothing
 * else that is stored, so all that is loaded for the first would come behind what is loaded for the last.
 */
// @ts-ignore: decorator
@inline
export function setTwo(to: usize, first: v128, last: v128): void {
  v128.store(to, last, 16);
  v128.store(to, first);
}

/** 1.5 · 2^23: added to a number far smaller, it leaves the nearest whole one in the lowest bits. */
const rounds: f32 = 12582912;

/**
 * The whole numbers nearest to eight of at most 32 767, as 16-bit integers; of what is no number, some integer. Taken out by a shuffle, since
 * V8 13.0 narrows two vectors at once in the wrong order (`i16x8.narrow_i32x4_s`, see wide-products.ts).
 */
// @ts-ignore: decorator
@inline
export function nearest8(low: v128, high: v128): v128 {
  return v128.shuffle<i16>(f32x4.add(low, f32x4.splat(rounds)), f32x4.add(high, f32x4.splat(rounds)), 0, 2, 4, 6, 8, 10, 12, 14);
}

/** The larger of sizes so far and those of four numbers. As integers they have the same order, with NaN above all. */
// @ts-ignore: decorator
@inline
export function largerSizes(sizes: v128, x: v128): v128 {
  return i32x4.max_s(sizes, f32x4.abs(x));
}

/** The largest of four sizes; NaN where one is. */
// @ts-ignore: decorator
@inline
export function largestSize(sizes: v128): f32 {
  const two = i32x4.max_s(sizes, v128.shuffle<i32>(sizes, sizes, 2, 3, 2, 3));
  return f32x4.extract_lane(i32x4.max_s(two, v128.shuffle<i32>(two, two, 1, 1, 1, 1)), 0);
}
