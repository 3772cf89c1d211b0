import { exponentials4 } from './exponential';

/** Bytes of four 32-bit floats. */
const FOUR: usize = 16;
/** 2^-126: what is smaller is denormal, and slow wherever it is met. */
const LEAST_NORMAL: f32 = 1.1754943508222875e-38;

/** The last `count` (1 to 3) floats of a vector; the places after them get `padding`. */
function loadRest(from: usize, count: i32, padding: f32): v128 {
  let four = f32x4.replace_lane(f32x4.splat(padding), 0, load<f32>(from));
  if (count > 1) four = f32x4.replace_lane(four, 1, load<f32>(from, 4));
  if (count > 2) four = f32x4.replace_lane(four, 2, load<f32>(from, 8));
  return four;
}

/** Stores the first `count` (1 to 3) of four floats. */
function storeRest(to: usize, count: i32, four: v128): void {
  store<f32>(to, f32x4.extract_lane(four, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(four, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(four, 2), 8);
}

/** The greatest of `count` floats; a NaN among them may or may not be seen. */
function greatest(from: usize, count: i32): f32 {
  const whole = from + ((<usize>count >> 2) << 4);
  let four = f32x4.splat(-f32.MAX_VALUE);
  for (let at = from; at < whole; at += FOUR) four = f32x4.pmax(four, v128.load(at));
  const rest = count & 3;
  if (rest > 0) four = f32x4.pmax(four, loadRest(whole, rest, -f32.MAX_VALUE));
  const left = max<f32>(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1));
  return max<f32>(left, max<f32>(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)));
}

/**
 * Probabilities of `count` logits at temperature 1, both 32-bit floats; `to` may be `from`. Summed in 64 bits, four sums side
 * by side. Relative error at most 2e-7 (measured: 1.4e-7), and half a unit in the last place of logit - greatest besides.
 * Negative infinity gives 0, as does what is below 2^-126; a NaN anywhere makes all NaN, and so does nothing but negative
 * infinity.
 */
export function softmax(from: usize, to: usize, count: i32): void {
  const top = f32x4.splat(greatest(from, count));
  const whole = from + ((<usize>count >> 2) << 4);
  const rest = count & 3;
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let out = to;
  for (let at = from; at < whole; at += FOUR, out += FOUR) {
    const four = exponentials4(f32x4.sub(v128.load(at), top));
    v128.store(out, four);
    low = f64x2.add(low, f64x2.promote_low_f32x4(four));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3)));
  }
  if (rest > 0) {
    const four = exponentials4(f32x4.sub(loadRest(whole, rest, -Infinity), top));
    storeRest(out, rest, four);
    low = f64x2.add(low, f64x2.promote_low_f32x4(four));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  divide(to, count, f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1));
}

/** Divides `count` floats in place; quotients below 2^-126 are 0, and none is ever computed that is denormal. */
function divide(at: usize, count: i32, divisor: f64): void {
  const factor = f32x4.splat(<f32>(1 / divisor));
  const least = f32x4.splat(<f32>(LEAST_NORMAL * divisor));
  const whole = at + ((<usize>count >> 2) << 4);
  for (; at < whole; at += FOUR) v128.store(at, scaled(v128.load(at), factor, least));
  const rest = count & 3;
  if (rest > 0) storeRest(whole, rest, scaled(loadRest(whole, rest, 0), factor, least));
}

// @ts-ignore: decorator
@inline
function scaled(four: v128, factor: v128, least: v128): v128 {
  return f32x4.mul(v128.andnot(four, f32x4.lt(four, least)), factor);
}
