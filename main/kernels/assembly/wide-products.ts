import { keptBits, largerBy, smaller4 } from './halves';
import { inFours } from './inputs';
import { setTwo } from './lanes';
import { ofBlock, put, RoundedProduct } from './products';
import { thread } from './thread';

/*
 * Products as in products.ts, eight rows of weights at a time: a vector of 256 bits, of which WebAssembly has none, written as two of 128
 * whose operations are the same and whose addresses are 16 bytes apart. V8 makes one instruction of each two where it is told to
 * (`--experimental-wasm-revectorize`); without that these are slower than those of products.ts. It finds the two from a pair of stores back,
 * through what lies between two jumps and no further, and does not move numbers from one lane to another, or constants. So
 *
 *   sums lie in memory from one round of a loop to the next
 *   a pair of inputs is spread over the lanes as it is loaded, and so is the mask
 *   the two halves of a load say how far apart they are in the instruction itself
 *
 * and never are two loads that widen what they load 8 bytes apart: V8 13.0 begins at the second where that comes first.
 */

/**
 * Of a thread: sums of four rows of inputs with eight of weights so far, those of the block under way after each of its quarters, the mask
 * and the factor of offsets, and what makes floats of halves.
 */
const blockSums: usize = 128;
const maskAt: usize = 640;
const factorAt: usize = 644;
const halfMaskAt: usize = 648;
const largerAt: usize = 652;
export const roomOfThread: usize = 704;

// @ts-ignore: decorator
@unmanaged
export class WideProduct extends RoundedProduct {
  /** `roomOfThread` bytes for each thread. */
  room: usize;
}

/** Four pairs of weights with pairs of inputs that lie `between` bytes apart. */
// @ts-ignore: decorator
@inline
function fourPairs(p0: v128, p1: v128, p2: v128, p3: v128, x: usize, between: usize): v128 {
  const first = i32x4.add(i32x4.dot_i16x8_s(p0, v128.load32_splat(x)), i32x4.dot_i16x8_s(p1, v128.load32_splat(x + between)));
  const last = i32x4.add(
    i32x4.dot_i16x8_s(p2, v128.load32_splat(x + 2 * between)),
    i32x4.dot_i16x8_s(p3, v128.load32_splat(x + 3 * between)),
  );
  return i32x4.add(first, last);
}

/** The four pairs of sixteen bytes in 4 bits. */
// @ts-ignore: decorator
@inline
function inFourBits(q: v128, mask: v128, x: usize): v128 {
  return fourPairs(
    v128.and(q, mask), v128.and(i16x8.shr_u(q, 4), mask), v128.and(i16x8.shr_u(q, 8), mask), i16x8.shr_u(q, 12), x, 4,
  );
}

/** Four pairs of the first four rows in 8 bits, and of the last. */
// @ts-ignore: decorator
@inline
function firstInEightBits(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return fourPairs(
    i16x8.extend_low_i8x16_s(p0), i16x8.extend_low_i8x16_s(p1), i16x8.extend_low_i8x16_s(p2), i16x8.extend_low_i8x16_s(p3), x, 4,
  );
}

// @ts-ignore: decorator
@inline
function lastInEightBits(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return fourPairs(
    i16x8.extend_high_i8x16_s(p0), i16x8.extend_high_i8x16_s(p1), i16x8.extend_high_i8x16_s(p2), i16x8.extend_high_i8x16_s(p3), x, 4,
  );
}

// @ts-ignore: decorator
@inline
function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  return i32x4.add(i32x4.add(a, b), i32x4.add(c, d));
}

/** Scales or offsets of the first four rows of weights, and of the last: of type S, f32 or u16 for halves, which are still to be multiplied. */
// @ts-ignore: decorator
@inline
function firstStored<S>(at: usize, halfMask: v128): v128 {
  if (isFloat<S>()) return v128.load(at);
  return smaller4(i32x4.extend_low_i16x8_s(v128.load(at)), halfMask);
}

// @ts-ignore: decorator
@inline
function lastStored<S>(at: usize, halfMask: v128): v128 {
  if (isFloat<S>()) return v128.load(at, 16);
  return smaller4(i32x4.extend_high_i16x8_s(v128.load(at)), halfMask);
}

// @ts-ignore: decorator
@inline
function larger<S>(stored: v128, by: v128): v128 {
  if (isFloat<S>()) return stored;
  return f32x4.mul(stored, by);
}

/** What a block gives for one row of inputs, added to the sums so far. */
// @ts-ignore: decorator
@inline
function addBlock(
  to: usize, first: v128, last: v128, scales: v128, lastScales: v128, offsets: v128, lastOffsets: v128, input: v128, inputSum: v128,
): void {
  setTwo(
    to,
    f32x4.add(v128.load(to), ofBlock(first, scales, offsets, input, inputSum)),
    f32x4.add(v128.load(to, 16), ofBlock(last, lastScales, lastOffsets, input, inputSum)),
  );
}

/** The same where no other row of inputs meets the block. @param xs where the scale of its inputs lies @param sum and their sum */
// @ts-ignore: decorator
@inline
function addAlone<S>(
  to: usize, first: v128, last: v128, s: usize, o: usize, xs: usize, sum: usize, factor: v128, halfMask: v128, by: v128,
): void {
  addBlock(
    to, first, last, larger<S>(firstStored<S>(s, halfMask), by), larger<S>(lastStored<S>(s, halfMask), by),
    f32x4.mul(firstStored<S>(o, halfMask), factor), f32x4.mul(lastStored<S>(o, halfMask), factor),
    v128.load32_splat(xs), v128.load32_splat(sum),
  );
}

/** Adds to `to` what all blocks of eight rows of weights in 4 bits give for one row of inputs. @param apart bytes from an input's scale to its sum */
function addInFourBits<S>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  for (const end = w + (<usize>blocks << 7); w < end; w += 128) {
    const a0 = v128.load(w), a1 = v128.load(w, 16), b0 = v128.load(w, 32), b1 = v128.load(w, 48);
    const c0 = v128.load(w, 64), c1 = v128.load(w, 80), d0 = v128.load(w, 96), d1 = v128.load(w, 112);
    const first = sum4(
      inFourBits(a0, mask, x), inFourBits(b0, mask, x + 16), inFourBits(c0, mask, x + 32), inFourBits(d0, mask, x + 48),
    );
    const last = sum4(
      inFourBits(a1, mask, x), inFourBits(b1, mask, x + 16), inFourBits(c1, mask, x + 32), inFourBits(d1, mask, x + 48),
    );
    addAlone<S>(to, first, last, s, o, xs, xs + apart, factor, halfMask, by);
    x += 64;
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 4;
  }
}

/** The same in 8 bits. */
function addInEightBits<S>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  for (const end = w + (<usize>blocks << 8); w < end; w += 256) {
    const a0 = v128.load(w), a1 = v128.load(w, 16), a2 = v128.load(w, 32), a3 = v128.load(w, 48);
    const b0 = v128.load(w, 64), b1 = v128.load(w, 80), b2 = v128.load(w, 96), b3 = v128.load(w, 112);
    const c0 = v128.load(w, 128), c1 = v128.load(w, 144), c2 = v128.load(w, 160), c3 = v128.load(w, 176);
    const d0 = v128.load(w, 192), d1 = v128.load(w, 208), d2 = v128.load(w, 224), d3 = v128.load(w, 240);
    const first = sum4(
      firstInEightBits(a0, a1, a2, a3, x), firstInEightBits(b0, b1, b2, b3, x + 16),
      firstInEightBits(c0, c1, c2, c3, x + 32), firstInEightBits(d0, d1, d2, d3, x + 48),
    );
    const last = sum4(
      lastInEightBits(a0, a1, a2, a3, x), lastInEightBits(b0, b1, b2, b3, x + 16),
      lastInEightBits(c0, c1, c2, c3, x + 32), lastInEightBits(d0, d1, d2, d3, x + 48),
    );
    addAlone<S>(to, first, last, s, o, xs, xs + apart, factor, halfMask, by);
    x += 64;
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 4;
  }
}

/** A quarter of a block, four pairs of eight rows of weights, p0 and q0 the first, with all four rows of inputs. */
// @ts-ignore: decorator
@inline
function setQuarter(p0: v128, p1: v128, p2: v128, p3: v128, q0: v128, q1: v128, q2: v128, q3: v128, x: usize, to: usize): void {
  setTwo(to, fourPairs(p0, p1, p2, p3, x, 16), fourPairs(q0, q1, q2, q3, x, 16));
  setTwo(to + 32, fourPairs(p0, p1, p2, p3, x + 4, 16), fourPairs(q0, q1, q2, q3, x + 4, 16));
  setTwo(to + 64, fourPairs(p0, p1, p2, p3, x + 8, 16), fourPairs(q0, q1, q2, q3, x + 8, 16));
  setTwo(to + 96, fourPairs(p0, p1, p2, p3, x + 12, 16), fourPairs(q0, q1, q2, q3, x + 12, 16));
}

/** With one of the four rows, after what the quarter before gave, which lies before it. */
// @ts-ignore: decorator
@inline
function addRow(p0: v128, p1: v128, p2: v128, p3: v128, q0: v128, q1: v128, q2: v128, q3: v128, x: usize, from: usize): void {
  setTwo(
    from + 128,
    i32x4.add(v128.load(from), fourPairs(p0, p1, p2, p3, x, 16)),
    i32x4.add(v128.load(from, 16), fourPairs(q0, q1, q2, q3, x, 16)),
  );
}

/** Another quarter. V8 takes two stores in one place for one, so each quarter's sums have a place of their own. */
// @ts-ignore: decorator
@inline
function addQuarter(p0: v128, p1: v128, p2: v128, p3: v128, q0: v128, q1: v128, q2: v128, q3: v128, x: usize, from: usize): void {
  addRow(p0, p1, p2, p3, q0, q1, q2, q3, x, from);
  addRow(p0, p1, p2, p3, q0, q1, q2, q3, x + 4, from + 32);
  addRow(p0, p1, p2, p3, q0, q1, q2, q3, x + 8, from + 64);
  addRow(p0, p1, p2, p3, q0, q1, q2, q3, x + 12, from + 96);
}

/** What a block gives for four rows of inputs, added to the sums so far. */
// @ts-ignore: decorator
@inline
function addBlocks<S>(to: usize, sums: usize, s: usize, o: usize, xs: usize, xm: usize, factor: v128, halfMask: v128, by: v128): void {
  const a = larger<S>(firstStored<S>(s, halfMask), by), b = larger<S>(lastStored<S>(s, halfMask), by);
  const c = f32x4.mul(firstStored<S>(o, halfMask), factor), d = f32x4.mul(lastStored<S>(o, halfMask), factor);
  addBlock(to, v128.load(sums), v128.load(sums, 16), a, b, c, d, v128.load32_splat(xs), v128.load32_splat(xm));
  addBlock(to + 32, v128.load(sums, 32), v128.load(sums, 48), a, b, c, d, v128.load32_splat(xs, 4), v128.load32_splat(xm, 4));
  addBlock(to + 64, v128.load(sums, 64), v128.load(sums, 80), a, b, c, d, v128.load32_splat(xs, 8), v128.load32_splat(xm, 8));
  addBlock(to + 96, v128.load(sums, 96), v128.load(sums, 112), a, b, c, d, v128.load32_splat(xs, 12), v128.load32_splat(xm, 12));
}

/** Adds to `to` what all blocks of eight rows of weights in 4 bits give for four rows of inputs. */
function addFoursInFourBits<S>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const sums = to + blockSums;
  for (const end = w + (<usize>blocks << 7); w < end; w += 128) {
    const a = v128.load(w), b = v128.load(w, 16);
    setQuarter(
      v128.and(a, mask), v128.and(i16x8.shr_u(a, 4), mask), v128.and(i16x8.shr_u(a, 8), mask), i16x8.shr_u(a, 12),
      v128.and(b, mask), v128.and(i16x8.shr_u(b, 4), mask), v128.and(i16x8.shr_u(b, 8), mask), i16x8.shr_u(b, 12), x, sums,
    );
    const c = v128.load(w, 32), d = v128.load(w, 48);
    addQuarter(
      v128.and(c, mask), v128.and(i16x8.shr_u(c, 4), mask), v128.and(i16x8.shr_u(c, 8), mask), i16x8.shr_u(c, 12),
      v128.and(d, mask), v128.and(i16x8.shr_u(d, 4), mask), v128.and(i16x8.shr_u(d, 8), mask), i16x8.shr_u(d, 12), x + 64, sums,
    );
    const e = v128.load(w, 64), f = v128.load(w, 80);
    addQuarter(
      v128.and(e, mask), v128.and(i16x8.shr_u(e, 4), mask), v128.and(i16x8.shr_u(e, 8), mask), i16x8.shr_u(e, 12),
      v128.and(f, mask), v128.and(i16x8.shr_u(f, 4), mask), v128.and(i16x8.shr_u(f, 8), mask), i16x8.shr_u(f, 12), x + 128, sums + 128,
    );
    const g = v128.load(w, 96), h = v128.load(w, 112);
    addQuarter(
      v128.and(g, mask), v128.and(i16x8.shr_u(g, 4), mask), v128.and(i16x8.shr_u(g, 8), mask), i16x8.shr_u(g, 12),
      v128.and(h, mask), v128.and(i16x8.shr_u(h, 4), mask), v128.and(i16x8.shr_u(h, 8), mask), i16x8.shr_u(h, 12), x + 192, sums + 256,
    );
    addBlocks<S>(to, sums + 384, s, o, xs, xs + apart, factor, halfMask, by);
    x += 256;
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 16;
  }
}

/** The same in 8 bits. */
function addFoursInEightBits<S>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const sums = to + blockSums;
  for (const end = w + (<usize>blocks << 8); w < end; w += 256) {
    const a0 = v128.load(w), a1 = v128.load(w, 16), a2 = v128.load(w, 32), a3 = v128.load(w, 48);
    setQuarter(
      i16x8.extend_low_i8x16_s(a0), i16x8.extend_low_i8x16_s(a1), i16x8.extend_low_i8x16_s(a2), i16x8.extend_low_i8x16_s(a3),
      i16x8.extend_high_i8x16_s(a0), i16x8.extend_high_i8x16_s(a1), i16x8.extend_high_i8x16_s(a2), i16x8.extend_high_i8x16_s(a3),
      x, sums,
    );
    const b0 = v128.load(w, 64), b1 = v128.load(w, 80), b2 = v128.load(w, 96), b3 = v128.load(w, 112);
    addQuarter(
      i16x8.extend_low_i8x16_s(b0), i16x8.extend_low_i8x16_s(b1), i16x8.extend_low_i8x16_s(b2), i16x8.extend_low_i8x16_s(b3),
      i16x8.extend_high_i8x16_s(b0), i16x8.extend_high_i8x16_s(b1), i16x8.extend_high_i8x16_s(b2), i16x8.extend_high_i8x16_s(b3),
      x + 64, sums,
    );
    const c0 = v128.load(w, 128), c1 = v128.load(w, 144), c2 = v128.load(w, 160), c3 = v128.load(w, 176);
    addQuarter(
      i16x8.extend_low_i8x16_s(c0), i16x8.extend_low_i8x16_s(c1), i16x8.extend_low_i8x16_s(c2), i16x8.extend_low_i8x16_s(c3),
      i16x8.extend_high_i8x16_s(c0), i16x8.extend_high_i8x16_s(c1), i16x8.extend_high_i8x16_s(c2), i16x8.extend_high_i8x16_s(c3),
      x + 128, sums + 128,
    );
    const d0 = v128.load(w, 192), d1 = v128.load(w, 208), d2 = v128.load(w, 224), d3 = v128.load(w, 240);
    addQuarter(
      i16x8.extend_low_i8x16_s(d0), i16x8.extend_low_i8x16_s(d1), i16x8.extend_low_i8x16_s(d2), i16x8.extend_low_i8x16_s(d3),
      i16x8.extend_high_i8x16_s(d0), i16x8.extend_high_i8x16_s(d1), i16x8.extend_high_i8x16_s(d2), i16x8.extend_high_i8x16_s(d3),
      x + 192, sums + 256,
    );
    addBlocks<S>(to, sums + 384, s, o, xs, xs + apart, factor, halfMask, by);
    x += 256;
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 16;
  }
}

/** Sums [4, 8] at `to` put to zero. */
// @ts-ignore: decorator
@inline
function clear(to: usize): void {
  const zero = i32x4.splat(0);
  for (const end = to + 128; to < end; to += 32) setTwo(to, zero, zero);
}

/** Puts the sums of eight rows of weights for row `m`. */
function putEight(job: RoundedProduct, m: i32, n: i32, sums: usize): void {
  put(job, m, n, v128.load(sums));
  put(job, m, n + 4, v128.load(sums, 16));
}

/** @param S of scales and offsets */
function multiplyStored<S>(job: WideProduct, chunk: i32): void {
  const blocks = job.blocks, rows = job.rows, four = job.bits == 4;
  const first = chunk * job.outputsAtOnce, end = min(first + job.outputsAtOnce, job.outputs);
  const sums = job.room + <usize>thread * roomOfThread;
  i32.store(sums + maskAt, 0x000f000f);
  f32.store(sums + factorAt, isFloat<S>() ? job.factor : job.factor * largerBy);
  i32.store(sums + halfMaskAt, keptBits);
  f32.store(sums + largerAt, largerBy);
  const bytes = <usize>blocks << (four ? 7 : 8), floats = (<usize>blocks << 3) * sizeof<S>();
  const apart = job.inputSums - job.inputScales;
  if (inFours(rows)) {
    for (let m = 0; m < rows; m += 4) {
      const x = job.inputs + (<usize>((m >> 2) * blocks) << 8), xs = job.inputScales + (<usize>((m >> 2) * blocks) << 4);
      for (let n = first; n < end; n += 8) {
        const eight = <usize>(n >> 3);
        clear(sums);
        const w = job.integers + eight * bytes, s = job.scales + eight * floats, o = job.offsets + eight * floats;
        if (four) addFoursInFourBits<S>(w, x, s, o, xs, apart, sums, blocks);
        else addFoursInEightBits<S>(w, x, s, o, xs, apart, sums, blocks);
        for (let row = m; row < min(m + 4, rows); row++) putEight(job, row, n, sums + (<usize>(row - m) << 5));
      }
    }
    return;
  }
  const padded = <usize>((blocks + 3) & ~3) << 2;
  for (let n = first; n < end; n += 8) {
    const eight = <usize>(n >> 3);
    const w = job.integers + eight * bytes, s = job.scales + eight * floats, o = job.offsets + eight * floats;
    for (let m = 0; m < rows; m++) {
      const x = job.inputs + (<usize>(m * blocks) << 6), xs = job.inputScales + <usize>m * padded;
      setTwo(sums, f32x4.splat(0), f32x4.splat(0));
      if (four) addInFourBits<S>(w, x, s, o, xs, apart, sums, blocks);
      else addInEightBits<S>(w, x, s, o, xs, apart, sums, blocks);
      putEight(job, m, n, sums);
    }
  }
}

export function multiplyWide(job: WideProduct, chunk: i32): void {
  if (job.narrow != 0) multiplyStored<u16>(job, chunk);
  else multiplyStored<f32>(job, chunk);
}
