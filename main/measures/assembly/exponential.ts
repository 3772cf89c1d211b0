/** From here down e^x is next to the smallest normal number of 64 bits. */
const LEAST: f64 = -708;

/** 1.5 · 2^52: added to a number, it leaves the nearest whole number in the lowest bits. */
const ROUNDS: f64 = 6755399441055744;
const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts: the first has 32 bits, so that its product with a power up to 1023 is exact. */
const LN_2_HIGH: f64 = 0.69314718036912382;
const LN_2_LOW: f64 = 1.9082149292705877e-10;

// @ts-ignore: decorator
@inline
function pair(a: f64, b: f64, r: v128): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), r));
}

/**
 * e to the power of two numbers up to 0, within 1e-14 of it: x = n ln 2 + r with |r| <= ln 2 / 2, and e^r as far as r^11 of its series.
 * Below -708 (and at negative infinity) the result is 0; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exponentials2(x: v128): v128 {
  const least = f64x2.splat(LEAST);
  // A NaN is not less, and stays.
  const clamped = f64x2.pmax(x, least);
  const whole = f64x2.add(f64x2.mul(clamped, f64x2.splat(LOG2_E)), f64x2.splat(ROUNDS));
  const n = f64x2.sub(whole, f64x2.splat(ROUNDS));
  const r = f64x2.sub(f64x2.sub(clamped, f64x2.mul(n, f64x2.splat(LN_2_HIGH))), f64x2.mul(n, f64x2.splat(LN_2_LOW)));
  // Pairs, then fours: terms one after the other would wait for each other.
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const e01 = f64x2.add(f64x2.splat(1), r);
  const e23 = pair(0.5, 1.0 / 6, r);
  const e45 = pair(1.0 / 24, 1.0 / 120, r);
  const e67 = pair(1.0 / 720, 1.0 / 5040, r);
  const e89 = pair(1.0 / 40320, 1.0 / 362880, r);
  const last = pair(1.0 / 3628800, 1.0 / 39916800, r);
  const low = f64x2.add(e01, f64x2.mul(e23, r2));
  const middle = f64x2.add(e45, f64x2.mul(e67, r2));
  const high = f64x2.add(e89, f64x2.mul(last, r2));
  const e = f64x2.add(low, f64x2.mul(r4, f64x2.add(middle, f64x2.mul(high, r4))));
  const scale = i64x2.shl(i64x2.add(whole, i64x2.splat(1023)), 52);
  return v128.andnot(f64x2.mul(e, scale), f64x2.lt(x, least));
}
