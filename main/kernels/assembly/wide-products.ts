import { keptBits, largerBy, smaller4 } from './halves';
import { inFours } from './inputs';
import { setTwo } from './lanes';
import { ofBlock, put, RoundedProduct } from './products';
import { thread } from './thread';

/*
 * Products as in products.ts, eight rows of weights at a time: a vector of 256 bits, of which WebAssembly has none, written as two of 128
 * whose operations are the same and whose addresses are 16 bytes apart. V8 makes one instruction of each two where it is told to
 * (`--experimental-wasm-revectorize`); without that these are slower than those of products.ts. It finds the two from a pair of stores back,
 * through sums that go round a loop, and does not move numbers from one lane to another, or most constants. So
 *
 *   a pair of inputs is spread over the lanes as it is loaded, and so is the mask
 *   the two halves of a load say how far apart they are in the instruction itself
 *   a loop has one quarter of a block in it: sums of all rows of inputs, and the unpacked weights, fit into the processor's registers
 *
 * and never are two loads that widen what they load 8 bytes apart: V8 13.0 begins at the second where that comes first.
 */

/** Of a thread: sums of up to eight rows of inputs with eight of weights, the mask and the factor of offsets, and what makes floats of halves. */
const maskAt: usize = 256;
const factorAt: usize = 260;
const halfMaskAt: usize = 264;
const largerAt: usize = 268;
export const roomOfThread: usize = 320;

// @ts-ignore: decorator
@unmanaged
export class WideProduct extends RoundedProduct {
  /** `roomOfThread` bytes for each thread. */
  room: usize;
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

/** Four pairs of weights with those of one row of inputs. */
// @ts-ignore: decorator
@inline
function withOne(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return sum4(
    i32x4.dot_i16x8_s(p0, v128.load32_splat(x)), i32x4.dot_i16x8_s(p1, v128.load32_splat(x, 4)),
    i32x4.dot_i16x8_s(p2, v128.load32_splat(x, 8)), i32x4.dot_i16x8_s(p3, v128.load32_splat(x, 12)),
  );
}

/** Four pairs of weights with those of the first of four rows of inputs, which lie pair by pair. */
// @ts-ignore: decorator
@inline
function withFirst(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return sum4(
    i32x4.dot_i16x8_s(p0, v128.load32_splat(x)), i32x4.dot_i16x8_s(p1, v128.load32_splat(x, 16)),
    i32x4.dot_i16x8_s(p2, v128.load32_splat(x, 32)), i32x4.dot_i16x8_s(p3, v128.load32_splat(x, 48)),
  );
}

/** Of the second. */
// @ts-ignore: decorator
@inline
function withSecond(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return sum4(
    i32x4.dot_i16x8_s(p0, v128.load32_splat(x, 4)), i32x4.dot_i16x8_s(p1, v128.load32_splat(x, 20)),
    i32x4.dot_i16x8_s(p2, v128.load32_splat(x, 36)), i32x4.dot_i16x8_s(p3, v128.load32_splat(x, 52)),
  );
}

/** Of the third. */
// @ts-ignore: decorator
@inline
function withThird(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return sum4(
    i32x4.dot_i16x8_s(p0, v128.load32_splat(x, 8)), i32x4.dot_i16x8_s(p1, v128.load32_splat(x, 24)),
    i32x4.dot_i16x8_s(p2, v128.load32_splat(x, 40)), i32x4.dot_i16x8_s(p3, v128.load32_splat(x, 56)),
  );
}

/** Of the fourth. */
// @ts-ignore: decorator
@inline
function withFourth(p0: v128, p1: v128, p2: v128, p3: v128, x: usize): v128 {
  return sum4(
    i32x4.dot_i16x8_s(p0, v128.load32_splat(x, 12)), i32x4.dot_i16x8_s(p1, v128.load32_splat(x, 28)),
    i32x4.dot_i16x8_s(p2, v128.load32_splat(x, 44)), i32x4.dot_i16x8_s(p3, v128.load32_splat(x, 60)),
  );
}

/**
 * Adds to `to` what all blocks of eight rows of weights give for as many rows of inputs as R has bytes: one, four or eight.
 * @param S of scales and offsets
 * @param Q of a quarter of a block of one row of weights: u32 in 4 bits, u64 in 8
 * @param apart bytes from an input's scale to its sum
 */
function addBlocks<S, Q, R>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const zero = i32x4.splat(0);
  // To the last four rows of inputs, and to their scales.
  const further = <usize>blocks << 8, furtherScales = <usize>blocks << 4;
  for (const end = w + (<usize>blocks << 5) * sizeof<Q>(); w < end; ) {
    // Of the first four rows of weights and the last, with the first four rows of inputs; and the same with the last.
    let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
    let c0 = zero, c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero;
    for (const blockEnd = w + 32 * sizeof<Q>(); w < blockEnd; w += 8 * sizeof<Q>()) {
      let p0 = v128.load(w), q0 = v128.load(w, 16), p1: v128, p2: v128, p3: v128, q1: v128, q2: v128, q3: v128;
      if (sizeof<Q>() == 4) {
        p1 = v128.and(i16x8.shr_u(p0, 4), mask);
        p2 = v128.and(i16x8.shr_u(p0, 8), mask);
        p3 = i16x8.shr_u(p0, 12);
        p0 = v128.and(p0, mask);
        q1 = v128.and(i16x8.shr_u(q0, 4), mask);
        q2 = v128.and(i16x8.shr_u(q0, 8), mask);
        q3 = i16x8.shr_u(q0, 12);
        q0 = v128.and(q0, mask);
      } else {
        const r2 = v128.load(w, 32), r3 = v128.load(w, 48);
        p1 = i16x8.extend_low_i8x16_s(q0);
        q1 = i16x8.extend_high_i8x16_s(q0);
        q0 = i16x8.extend_high_i8x16_s(p0);
        p0 = i16x8.extend_low_i8x16_s(p0);
        p2 = i16x8.extend_low_i8x16_s(r2);
        q2 = i16x8.extend_high_i8x16_s(r2);
        p3 = i16x8.extend_low_i8x16_s(r3);
        q3 = i16x8.extend_high_i8x16_s(r3);
      }
      if (sizeof<R>() == 1) {
        a0 = i32x4.add(a0, withOne(p0, p1, p2, p3, x));
        b0 = i32x4.add(b0, withOne(q0, q1, q2, q3, x));
      } else {
        a0 = i32x4.add(a0, withFirst(p0, p1, p2, p3, x));
        b0 = i32x4.add(b0, withFirst(q0, q1, q2, q3, x));
        a1 = i32x4.add(a1, withSecond(p0, p1, p2, p3, x));
        b1 = i32x4.add(b1, withSecond(q0, q1, q2, q3, x));
        a2 = i32x4.add(a2, withThird(p0, p1, p2, p3, x));
        b2 = i32x4.add(b2, withThird(q0, q1, q2, q3, x));
        a3 = i32x4.add(a3, withFourth(p0, p1, p2, p3, x));
        b3 = i32x4.add(b3, withFourth(q0, q1, q2, q3, x));
      }
      if (sizeof<R>() == 8) {
        c0 = i32x4.add(c0, withFirst(p0, p1, p2, p3, x + further));
        d0 = i32x4.add(d0, withFirst(q0, q1, q2, q3, x + further));
        c1 = i32x4.add(c1, withSecond(p0, p1, p2, p3, x + further));
        d1 = i32x4.add(d1, withSecond(q0, q1, q2, q3, x + further));
        c2 = i32x4.add(c2, withThird(p0, p1, p2, p3, x + further));
        d2 = i32x4.add(d2, withThird(q0, q1, q2, q3, x + further));
        c3 = i32x4.add(c3, withFourth(p0, p1, p2, p3, x + further));
        d3 = i32x4.add(d3, withFourth(q0, q1, q2, q3, x + further));
      }
      x += sizeof<R>() == 1 ? 16 : 64;
    }
    const scales = larger<S>(firstStored<S>(s, halfMask), by), lastScales = larger<S>(lastStored<S>(s, halfMask), by);
    const offsets = f32x4.mul(firstStored<S>(o, halfMask), factor), lastOffsets = f32x4.mul(lastStored<S>(o, halfMask), factor);
    const xm = xs + apart;
    addBlock(to, a0, b0, scales, lastScales, offsets, lastOffsets, v128.load32_splat(xs), v128.load32_splat(xm));
    if (sizeof<R>() > 1) {
      addBlock(to + 32, a1, b1, scales, lastScales, offsets, lastOffsets, v128.load32_splat(xs, 4), v128.load32_splat(xm, 4));
      addBlock(to + 64, a2, b2, scales, lastScales, offsets, lastOffsets, v128.load32_splat(xs, 8), v128.load32_splat(xm, 8));
      addBlock(to + 96, a3, b3, scales, lastScales, offsets, lastOffsets, v128.load32_splat(xs, 12), v128.load32_splat(xm, 12));
    }
    if (sizeof<R>() == 8) {
      const ys = xs + furtherScales, ym = xm + furtherScales;
      addBlock(to + 128, c0, d0, scales, lastScales, offsets, lastOffsets, v128.load32_splat(ys), v128.load32_splat(ym));
      addBlock(to + 160, c1, d1, scales, lastScales, offsets, lastOffsets, v128.load32_splat(ys, 4), v128.load32_splat(ym, 4));
      addBlock(to + 192, c2, d2, scales, lastScales, offsets, lastOffsets, v128.load32_splat(ys, 8), v128.load32_splat(ym, 8));
      addBlock(to + 224, c3, d3, scales, lastScales, offsets, lastOffsets, v128.load32_splat(ys, 12), v128.load32_splat(ym, 12));
    }
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += sizeof<R>() == 1 ? 4 : 16;
  }
}

/** Puts what eight rows of weights from `n` on give for as many rows of inputs as R has bytes, from `m` on, or for those there are. */
function multiplyEight<S, R>(job: WideProduct, n: i32, m: i32, x: usize, xs: usize, sums: usize): void {
  const blocks = job.blocks, eight = <usize>((n >> 3) * blocks);
  const apart = job.inputSums - job.inputScales;
  const s = job.scales + (eight << 3) * sizeof<S>(), o = job.offsets + (eight << 3) * sizeof<S>();
  for (let row: usize = 0; row < sizeof<R>(); row++) setTwo(sums + (row << 5), f32x4.splat(0), f32x4.splat(0));
  if (job.bits == 4) addBlocks<S, u32, R>(job.integers + (eight << 7), x, s, o, xs, apart, sums, blocks);
  else addBlocks<S, u64, R>(job.integers + (eight << 8), x, s, o, xs, apart, sums, blocks);
  for (let row = m; row < min(m + <i32>sizeof<R>(), job.rows); row++) {
    put(job, row, n, v128.load(sums));
    put(job, row, n + 4, v128.load(sums, 16));
    sums += 32;
  }
}

/** @param S of scales and offsets */
function multiplyStored<S>(job: WideProduct, chunk: i32): void {
  const blocks = job.blocks, rows = job.rows;
  const first = chunk * job.outputsAtOnce, end = min(first + job.outputsAtOnce, job.outputs);
  const sums = job.room + <usize>thread * roomOfThread;
  i32.store(sums + maskAt, 0x000f000f);
  f32.store(sums + factorAt, isFloat<S>() ? job.factor : job.factor * largerBy);
  i32.store(sums + halfMaskAt, keptBits);
  f32.store(sums + largerAt, largerBy);
  if (!inFours(rows)) {
    const padded = <usize>((blocks + 3) & ~3) << 2;
    for (let n = first; n < end; n += 8) {
      for (let m = 0; m < rows; m++)
        multiplyEight<S, u8>(job, n, m, job.inputs + (<usize>(m * blocks) << 6), job.inputScales + <usize>m * padded, sums);
    }
    return;
  }
  for (let m = 0; m < rows; m += 8) {
    const x = job.inputs + (<usize>(m * blocks) << 6), xs = job.inputScales + (<usize>(m * blocks) << 2);
    const together = rows - m > 4;
    for (let n = first; n < end; n += 8) {
      if (together) multiplyEight<S, u64>(job, n, m, x, xs, sums);
      else multiplyEight<S, u32>(job, n, m, x, xs, sums);
    }
  }
}

export function multiplyWide(job: WideProduct, chunk: i32): void {
  if (job.narrow != 0) multiplyStored<u16>(job, chunk);
  else multiplyStored<f32>(job, chunk);
}
