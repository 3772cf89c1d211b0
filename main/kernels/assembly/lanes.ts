/** Sum of four numbers, in one fixed order. */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** Largest of four numbers. */
// @ts-ignore: decorator
@inline
export function largest4(x: v128): f32 {
  return max(max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)), max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)));
}

/** Stores what is one vector of 256 bits: see wide-products.ts. */
// @ts-ignore: decorator
@inline
export function setTwo(to: usize, first: v128, last: v128): void {
  v128.store(to, first);
  v128.store(to, last, 16);
}
