/**
 * Halves from 32-bit floats. This folder is AssemblyScript, not TypeScript: scripts/build/assembly.ts compiles it to WebAssembly, and
 * `virtual:halves` is the result. Numbers lie where the caller puts them, from 64 KiB on.
 */

/** Four floats as halves, in the lower 16 bits of each: to nearest, ties to even. */
// @ts-ignore: decorator
@inline
function halves4(bits: v128): v128 {
  const magnitude = v128.and(bits, i32x4.splat(0x7fff_ffff));
  // What is cut off rounds up from half way, and from exactly half way where the last bit kept is odd.
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff - 0x3800_0000)), odd), 13);
  // Below 2^-14 a half counts in steps of 2^-24, as a float does from a half on.
  const small = i32x4.sub(f32x4.add(magnitude, f32x4.splat(0.5)), i32x4.splat(0x3f00_0000));
  let half = v128.bitselect(small, normal, i32x4.lt_s(magnitude, i32x4.splat(0x3880_0000)));
  // From 65 520 on, half way between the largest half and the next power of two.
  half = v128.bitselect(i32x4.splat(0x7c00), half, i32x4.ge_s(magnitude, i32x4.splat(0x477f_f000)));
  half = v128.bitselect(i32x4.splat(0x7e00), half, i32x4.gt_s(magnitude, i32x4.splat(0x7f80_0000)));
  return v128.or(half, v128.and(i32x4.shr_u(bits, 16), i32x4.splat(0x8000)));
}

/** Eight floats at a time; those behind the last are converted too. */
export function encode(from: usize, count: i32, to: usize): void {
  for (const end = from + (<usize>count << 2); from < end; from += 32, to += 16)
    v128.store(to, i16x8.narrow_i32x4_u(halves4(v128.load(from)), halves4(v128.load(from, 16))));
}
