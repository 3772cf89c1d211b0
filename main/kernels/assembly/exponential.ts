/** Least input with a normal result, ln(2^-126): denormal numbers halve the speed of everything that meets them. */
const LEAST: f32 = -87.33654;
/** Greatest input whose power of two, 2^127, a 32-bit float has. */
const GREATEST: f32 = 88.37626;

/** 1.5 · 2^23: added to a number, it leaves the nearest whole number in the lowest bits. */
const ROUNDS: f32 = 12582912;
const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts: the first has nine bits, so that its product with a power up to 127 is exact. */
const LN_2_HIGH: f32 = 0.693359375;
const LN_2_LOW: f32 = -0.000212194440054690583;

/**
 * e to the power of four 32-bit floats, with a relative error of at most 2e-7: x = n ln 2 + r with |r| <= ln 2 / 2, and
 * e^r = 1 + r + r^2 q(r), where q is the polynomial of degree 4 with the least relative error (3e-9, fitted in 64 bits).
 * Below -87.33 (and at negative infinity) the result is 0, above 88.37 that of 88.37; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exponentials4(x: v128): v128 {
  const least = f32x4.splat(LEAST);
  // A NaN is neither less nor greater, and stays.
  const clamped = f32x4.pmax(f32x4.pmin(x, f32x4.splat(GREATEST)), least);
  const whole = f32x4.add(f32x4.mul(clamped, f32x4.splat(LOG2_E)), f32x4.splat(ROUNDS));
  const n = f32x4.sub(whole, f32x4.splat(ROUNDS));
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(LN_2_HIGH))), f32x4.mul(n, f32x4.splat(LN_2_LOW)));
  let q = f32x4.splat(0.0013814613);
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.00836871));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.041668389));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.16666521));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.49999994));
  const power = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), q), r), f32x4.splat(1));
  const scale = i32x4.shl(i32x4.add(whole, i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(power, scale), f32x4.lt(x, least));
}
