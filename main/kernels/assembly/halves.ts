/*
 * Scales and offsets of weights as IEEE 754 binary16 where that is what they are: many checkpoints were stored so.
 */

/** What is left of a half, moved up by 13 places after its sign has been spread over all above it. */
export const keptBits: i32 = 0x8fff_ffff;
/** 2^112: the exponents of 32-bit floats begin so much lower. */
export const largerBy: f32 = 5.192296858534828e33;

/** Four halves, spread over 32 bits with their signs, as floats still to be multiplied with `largerBy`. @param mask `keptBits` in each lane */
// @ts-ignore: decorator
@inline
export function smaller4(halves: v128, mask: v128): v128 {
  return v128.and(i32x4.shl(halves, 13), mask);
}

/** Four neighbouring scales or offsets of type S: f32, or u16 for halves. */
// @ts-ignore: decorator
@inline
export function four<S>(at: usize): v128 {
  if (isFloat<S>()) return v128.load(at);
  return f32x4.mul(smaller4(i32x4.extend_low_i16x8_s(v128.load64_zero(at)), i32x4.splat(keptBits)), f32x4.splat(largerBy));
}

/** The half of the same value, where there is one. */
function halfOf(float: u32): u32 {
  const sign = (float >> 16) & 0x8000;
  const size = float & 0x7fff_ffff;
  if (size >= 0x3880_0000) return sign | min((size - 0x3800_0000) >> 13, 0x7c00);
  // Below 2^-14 a half counts in steps of 2^-24.
  const exponent = size >> 23;
  return exponent < 102 ? sign : sign | (((size & 0x7f_ffff) | 0x80_0000) >> (126 - exponent));
}

/** What a half is as a float; not of infinity or what is no number. */
export function floatOf(half: i32): f32 {
  return reinterpret<f32>(((half << 16) >> 3) & keptBits) * largerBy;
}

// @ts-ignore: decorator
@unmanaged
export class Narrowing {
  /** 32-bit floats, and where they go as halves. */
  from: usize;
  to: usize;
  count: i32;
  /** Of a chunk. */
  countAtOnce: i32;
  /** Becomes 1 where one of them is no half. */
  inexact: usize;
}

export function narrow(job: Narrowing, chunk: i32): void {
  const end = min((chunk + 1) * job.countAtOnce, job.count);
  for (let index = chunk * job.countAtOnce; index < end; index++) {
    const float = <u32>i32.load(job.from + (<usize>index << 2));
    const half = halfOf(float);
    i32.store16(job.to + (<usize>index << 1), <i32>half);
    if (reinterpret<u32>(floatOf(half)) != float || (half & 0x7c00) == 0x7c00) i32.store(job.inexact, 1);
  }
}
