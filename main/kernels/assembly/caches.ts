/*
 * Keys and values as caches hold them. Of a head they are lines of positions, [lines, capacity]:
 *
 *   32 bits   Hd lines of 32-bit floats
 *   16 bits   Hd lines of 16-bit integers, then two with the lower and the upper halves of a 32-bit scale for each position: half the
 *             memory to be read, and a part in 65 534 of the largest number of a position's key or value is the most that is lost
 *
 * Whole lines are copied, cut and joined without knowing what they mean.
 */

/** Lines of a head. */
// @ts-ignore: decorator
@inline
export function linesOfHead<T>(width: i32): i32 {
  return sizeof<T>() == 2 ? width + 2 : width;
}

/** Four positions of a line, as floats that lack their scale. `at`: where 32-bit floats would lie, in bytes. */
// @ts-ignore: decorator
@inline
export function load4<T>(line: usize, at: usize): v128 {
  return sizeof<T>() == 2 ? f32x4.convert_i32x4_s(v128.load16x4_s(line + (at >> 1))) : v128.load(line + at);
}

/** Scales of four positions of a head in 16 bits. */
// @ts-ignore: decorator
@inline
export function scales4(head: usize, capacity: i32, width: i32, at: usize): v128 {
  const line = <usize>capacity << 1;
  const low = head + <usize>width * line + (at >> 1);
  return v128.shuffle<i16>(v128.load64_zero(low), v128.load64_zero(low + line), 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Lanes of four that are among the first `count`. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/**
 * Some lines of a head as floats, each `places` long, the first `count` filled and the rest of the last four zero: what several queries
 * meet is put side by side once.
 * @param head its first line @param line the first wanted @param first position
 */
export function unpack<T>(
  head: usize, capacity: i32, width: i32, line: i32, linesEnd: i32, first: i32, count: i32, to: usize, places: i32,
): void {
  const size = <usize>capacity * sizeof<T>();
  const from = <usize>first << 2, length = <usize>(count & ~3) << 2;
  const rest = firstLanes(count & 3);
  const scales = to + (<usize>((linesEnd - line) * places) << 2);
  if (sizeof<T>() == 2) {
    for (let at: usize = 0; at < length; at += 16) v128.store(scales + at, scales4(head, capacity, width, from + at));
    if ((count & 3) != 0) v128.store(scales + length, v128.and(scales4(head, capacity, width, from + length), rest));
  }
  for (let index = line; index < linesEnd; index++) {
    const source = head + <usize>index * size;
    for (let at: usize = 0; at < length; at += 16) {
      const four = load4<T>(source, from + at);
      v128.store(to + at, sizeof<T>() == 2 ? f32x4.mul(four, v128.load(scales + at)) : four);
    }
    if ((count & 3) != 0) {
      const four = load4<T>(source, from + length);
      v128.store(to + length, sizeof<T>() == 2 ? f32x4.mul(four, v128.load(scales + length)) : v128.and(four, rest));
    }
    to += <usize>places << 2;
  }
}

/** Keys or values of new positions, rounded to 16 bits. */
// @ts-ignore: decorator
@unmanaged
export class Rounding {
  /** Heads in all, and of a chunk. */
  heads: i32;
  headsAtOnce: i32;
  headWidth: i32;
  /** T */
  added: i32;
  /** [heads, Hd, T] */
  from: usize;
  /** [heads, Hd + 2, T], integers */
  to: usize;
}

/** The first `count` of four floats, the rest zero. */
// @ts-ignore: decorator
@inline
function loadSome(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from);
  let four = v128.load32_zero(from);
  if (count > 1) four = v128.load32_lane(from, four, 1, 4);
  if (count > 2) four = v128.load32_lane(from, four, 2, 8);
  return four;
}

/** The first `count` of four 16-bit integers. */
// @ts-ignore: decorator
@inline
function storeSome(to: usize, four: v128, count: i32): void {
  if (count >= 4) {
    v128.store64_lane(to, four, 0);
    return;
  }
  v128.store16_lane(to, four, 0);
  if (count > 1) v128.store16_lane(to, four, 1, 2);
  if (count > 2) v128.store16_lane(to, four, 2, 4);
}

/** Four 32-bit integers as 16-bit ones, those too large as the largest there is. */
// @ts-ignore: decorator
@inline
function narrow(four: v128): v128 {
  return i16x8.narrow_i32x4_s(four, four);
}

function roundHead(from: usize, to: usize, width: i32, added: i32): void {
  const line = <usize>added << 2, stored = <usize>added << 1;
  const largest = f32x4.splat(32767);
  for (let position = 0; position < added; position += 4) {
    const count = added - position;
    const x = from + (<usize>position << 2), y = to + (<usize>position << 1);
    let top = f32x4.splat(0);
    for (let index = 0; index < width; index++) top = f32x4.max(top, f32x4.abs(loadSome(x + <usize>index * line, count)));
    // Of a position that is all zeros the integers do not matter.
    const inverse = f32x4.div(largest, top);
    for (let index = 0; index < width; index++) {
      const integers = f32x4.nearest(f32x4.mul(loadSome(x + <usize>index * line, count), inverse));
      storeSome(y + <usize>index * stored, narrow(i32x4.trunc_sat_f32x4_s(integers)), count);
    }
    const scale = f32x4.div(top, largest);
    const scales = y + <usize>width * stored;
    storeSome(scales, v128.shuffle<i16>(scale, scale, 0, 2, 4, 6, 0, 2, 4, 6), count);
    storeSome(scales + stored, v128.shuffle<i16>(scale, scale, 1, 3, 5, 7, 1, 3, 5, 7), count);
  }
}

/** Chunks: parts of the heads. A number that is none makes the scale, and with it the whole position, none. */
export function roundHeads(job: Rounding, chunk: i32): void {
  const first = chunk * job.headsAtOnce;
  const end = min(first + job.headsAtOnce, job.heads);
  const numbers = <usize>(job.headWidth * job.added), stored = <usize>((job.headWidth + 2) * job.added);
  for (let head = first; head < end; head++) {
    roundHead(job.from + ((<usize>head * numbers) << 2), job.to + ((<usize>head * stored) << 1), job.headWidth, job.added);
  }
}
