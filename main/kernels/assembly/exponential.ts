/*
 * Constants lie in memory: loaded into all lanes they cost one instruction where they stand in the program, the same with vectors of 128 and
 * of 256 bits (see wide-products.ts); written as vectors they cost three, and five.
 */
const constants = memory.data<f32>([
  // Least input with a normal result, ln(2^-126): denormal numbers halve the speed of everything that meets them.
  -87.33654,
  // Greatest input whose power of two, 2^127, a 32-bit float has.
  88.37626,
  // 1.5 · 2^23: added to a number, it leaves the nearest whole number in the lowest bits.
  12582912,
  // 1 / ln 2
  1.4426950408889634,
  // ln 2 in two parts: the first has nine bits, so that its product with a power up to 127 is exact.
  0.693359375, -0.000212194440054690583,
  // Of the polynomial, from its highest power on.
  0.0013814613, 0.00836871, 0.041668389, 0.16666521, 0.49999994,
  1,
  // 127, as a whole number.
  1.7796490496925177e-43,
]);

/** One of the constants in all four lanes. */
// @ts-ignore: decorator
@inline
function constant(index: usize): v128 {
  return v128.load32_splat(constants + (index << 2));
}

/** 1 in all four lanes. */
// @ts-ignore: decorator
@inline
export function one4(): v128 {
  return constant(11);
}

/**
 * e to the power of four 32-bit floats, with a relative error of at most 2e-7: x = n ln 2 + r with |r| <= ln 2 / 2, and
 * e^r = 1 + r + r^2 q(r), where q is the polynomial of degree 4 with the least relative error (3e-9, fitted in 64 bits).
 * Below -87.33 (and at negative infinity) the result is 0, above 88.37 that of 88.37; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exponentials4(x: v128): v128 {
  const least = constant(0);
  // A NaN is neither less nor greater, and stays.
  const clamped = f32x4.pmax(f32x4.pmin(x, constant(1)), least);
  const whole = f32x4.add(f32x4.mul(clamped, constant(3)), constant(2));
  const n = f32x4.sub(whole, constant(2));
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, constant(4))), f32x4.mul(n, constant(5)));
  let q = constant(6);
  q = f32x4.add(f32x4.mul(q, r), constant(7));
  q = f32x4.add(f32x4.mul(q, r), constant(8));
  q = f32x4.add(f32x4.mul(q, r), constant(9));
  q = f32x4.add(f32x4.mul(q, r), constant(10));
  const power = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), q), r), one4());
  const scale = i32x4.shl(i32x4.add(whole, constant(12)), 23);
  return v128.andnot(f32x4.mul(power, scale), f32x4.lt(x, least));
}
