/*
 * Constants lie in memory: loaded into both lanes they cost one instruction where they stand in the program, written as vectors three.
 */
const constants = memory.data<f64>([
  // From here down e^x is next to the smallest normal number of 64 bits.
  -708,
  1.4426950408889634,
  // 1.5 · 2^52: added to a number, it leaves the nearest whole number in the lowest bits.
  6755399441055744,
  // ln 2 in two parts: the first has 32 bits, so that its product with a power up to 1023 is exact.
  0.69314718036912382, 1.9082149292705877e-10,
  // 1 / n!, from 0 to 11.
  1, 1, 0.5, 0.16666666666666666, 0.041666666666666664, 0.008333333333333333, 0.001388888888888889, 0.0001984126984126984,
  2.48015873015873e-05, 2.7557319223985893e-06, 2.755731922398589e-07, 2.505210838544172e-08,
  // 1023, as a whole number.
  5.054e-321,
]);

/** One of the constants in both lanes. */
// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load64_splat(constants + (index << 3));
}

/** Two terms of the series, from n on. */
// @ts-ignore: decorator
@inline
function pair(n: usize, r: v128): v128 {
  return f64x2.add(constant(5 + n), f64x2.mul(constant(6 + n), r));
}

/**
 * e to the power of two numbers up to 0, within 1e-14 of it: x = n ln 2 + r with |r| <= ln 2 / 2, and e^r as far as r^11 of its series.
 * Below -708 (and at negative infinity) the result is 0; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exponentials2(x: v128): v128 {
  const least = constant(0);
  // A NaN is not less, and stays.
  const clamped = f64x2.pmax(x, least);
  const whole = f64x2.add(f64x2.mul(clamped, constant(1)), constant(2));
  const n = f64x2.sub(whole, constant(2));
  const r = f64x2.sub(f64x2.sub(clamped, f64x2.mul(n, constant(3))), f64x2.mul(n, constant(4)));
  // Pairs, then fours: terms one after the other would wait for each other.
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const low = f64x2.add(pair(0, r), f64x2.mul(pair(2, r), r2));
  const middle = f64x2.add(pair(4, r), f64x2.mul(pair(6, r), r2));
  const high = f64x2.add(pair(8, r), f64x2.mul(pair(10, r), r2));
  const e = f64x2.add(low, f64x2.mul(r4, f64x2.add(middle, f64x2.mul(high, r4))));
  const scale = i64x2.shl(i64x2.add(whole, constant(17)), 52);
  return v128.andnot(f64x2.mul(e, scale), f64x2.lt(x, least));
}
