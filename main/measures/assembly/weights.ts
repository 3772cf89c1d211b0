import { exponentials2 } from './exponential';

/** The greatest of some floats; minus infinity where there is none. NaN is passed over. */
export function greatest(from: usize, count: i32): f32 {
  const whole = from + (<usize>(count & ~3) << 2), end = from + (<usize>count << 2);
  let four = f32x4.splat(-Infinity);
  for (let at = from; at < whole; at += 16) four = f32x4.pmax(four, v128.load(at));
  for (let at = whole; at < end; at += 4) four = f32x4.pmax(four, f32x4.splat(f32.load(at)));
  const two = f32x4.pmax(four, v128.shuffle<i32>(four, four, 2, 3, 2, 3));
  return max<f32>(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
}

/** Numbers 0 and 1, or 2 and 3, of four, in 64 bits. */
// @ts-ignore: decorator
@inline
function firstTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}

// @ts-ignore: decorator
@inline
function lastTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3));
}

// @ts-ignore: decorator
@inline
export function both(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}

/** Logits whose exponentials are computed together: in 64 bits they stay in the processor's nearest cache. */
export const together: i32 = 1024;

/** Logits less the greatest, times `colder`, in 64 bits. `count` is a multiple of 4. */
export function shift(from: usize, count: i32, maximum: f64, colder: f64, to: usize): void {
  const end = from + (<usize>count << 2);
  const most = f64x2.splat(maximum), factor = f64x2.splat(colder);
  for (; from < end; from += 16, to += 32) {
    const four = v128.load(from);
    v128.store(to, f64x2.mul(f64x2.sub(firstTwo(four), most), factor));
    v128.store(to, f64x2.mul(f64x2.sub(lastTwo(four), most), factor), 16);
  }
}

/** Exponentials of numbers in 64 bits, a multiple of 4; `to` may be `from`. */
export function exponentiate(from: usize, count: i32, to: usize): void {
  const end = from + (<usize>count << 3);
  // Where a processor has vectors of 256 bits, V8 makes one of two.
  for (; from < end; from += 32, to += 32) {
    const first = exponentials2(v128.load(from)), last = exponentials2(v128.load(from, 16));
    v128.store(to, first);
    v128.store(to, last, 16);
  }
}

/** e^((logit - maximum) / temperature) of logits, in 64 bits; returns their sum. NaN gives NaN. */
export function weigh(from: usize, count: i32, maximum: f64, temperature: f64, to: usize): f64 {
  let low = f64x2.splat(0), high = low;
  for (let first = 0; first < count; first += together) {
    const some = min(together, count - first);
    shift(from + (<usize>first << 2), some, maximum, 1 / temperature, to);
    exponentiate(to, some, to);
    for (const end = to + (<usize>some << 3); to < end; to += 32) {
      low = f64x2.add(low, v128.load(to));
      high = f64x2.add(high, v128.load(to, 16));
    }
  }
  return both(f64x2.add(low, high));
}

/**
 * The first of `count` weights in 64 bits at which their sum so far is over a share of it; where rounding has left a share over all of it, the last
 * that is not 0.
 */
export function place(from: usize, count: i32, share: f64): i32 {
  let sum: f64 = 0;
  let last = 0;
  for (let index = 0; index < count; index++) {
    const weight = f64.load(from + (<usize>index << 3));
    sum += weight;
    if (weight != 0) last = index;
    if (share < sum) return index;
  }
  return last;
}
