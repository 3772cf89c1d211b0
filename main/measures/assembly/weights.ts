import { exponentials2 } from './exponential';

/** The greatest of some floats, which are a multiple of 4; minus infinity where there is none. NaN is passed over. */
export function greatest(from: usize, count: i32): f32 {
  const end = from + (<usize>count << 2);
  let four = f32x4.splat(-Infinity);
  for (let at = from; at < end; at += 16) four = f32x4.pmax(four, v128.load(at));
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
function both(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}

/** e^((logit - maximum) / temperature) of logits, in 64 bits; returns their sum. NaN gives NaN. */
export function weigh(from: usize, count: i32, maximum: f64, temperature: f64, to: usize): f64 {
  const end = from + (<usize>count << 2);
  const most = f64x2.splat(maximum), colder = f64x2.splat(1 / temperature);
  let low = f64x2.splat(0), high = low;
  for (let at = from; at < end; at += 16) {
    const four = v128.load(at);
    const first = exponentials2(f64x2.mul(f64x2.sub(firstTwo(four), most), colder));
    const last = exponentials2(f64x2.mul(f64x2.sub(lastTwo(four), most), colder));
    v128.store(to, first);
    v128.store(to, last, 16);
    low = f64x2.add(low, first);
    high = f64x2.add(high, last);
    to += 32;
  }
  return both(f64x2.add(low, high));
}

/**
 * Of logits with weights w = e^(logit - maximum), three sums in 64 bits, one after the other at `to`: Σ w, Σ w (logit - maximum), to which a
 * logit of minus infinity adds nothing, and Σ (logit - maximum).
 * @param count of logits; those behind them, as far as the next multiple of 4, are minus infinity
 */
export function sums(from: usize, count: i32, maximum: f64, to: usize): void {
  const end = from + (<usize>count << 2), whole = from + ((<usize>count & ~3) << 2);
  const most = f64x2.splat(maximum), least = f64x2.splat(-1e4), nothing = f64x2.splat(0);
  let weights = nothing, weighted = nothing, shifts = nothing;
  for (let at = from; at < end; at += 16) {
    const four = v128.load(at);
    const first = f64x2.sub(firstTwo(four), most);
    const last = f64x2.sub(lastTwo(four), most);
    const one = exponentials2(first), other = exponentials2(last);
    weights = f64x2.add(weights, f64x2.add(one, other));
    // Where the weight is 0 the shift may be infinite, and their product no number.
    weighted = f64x2.add(weighted, f64x2.add(f64x2.mul(one, f64x2.pmax(first, least)), f64x2.mul(other, f64x2.pmax(last, least))));
    if (at < whole) shifts = f64x2.add(shifts, f64x2.add(first, last));
  }
  let rest: f64 = 0;
  for (let at = whole; at < end; at += 4) rest += f32.load(at) - maximum;
  f64.store(to, both(weights));
  f64.store(to, both(weighted), 8);
  f64.store(to, both(shifts) + rest, 16);
}
