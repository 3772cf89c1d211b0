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
 *   weights, and scales that are halves, are widened as they are loaded: from one register to another it costs a sixth of the loop
 *   a loop over four rows of inputs has two pairs of weights in it: all sums and the unpacked weights fit into the processor's registers
 *
 * and of two loads that widen what they load the first comes first: V8 13.0 would begin at the second (see `setTwo`).
 */

/** Of a thread: sums of twice four rows of inputs with twice eight of weights, the mask, the factor of offsets, what makes floats of halves; scales and offsets of a block of sixteen rows. */
export const maskAt: usize = 512;
export const factorAt: usize = 516;
export const halfMaskAt: usize = 520;
export const largerAt: usize = 524;
export const scalesAt: usize = 544;
export const offsetsAt: usize = 608;
export const roomOfThread: usize = 704;

// @ts-ignore: decorator
@unmanaged
export class WideProduct extends RoundedProduct {
  /** `roomOfThread` bytes for each thread. */
  room: usize;
}

/** Puts what a thread needs besides sums. @param mask of the low halves of bytes, or of the 16 bits they have been widened to */
// @ts-ignore: decorator
@inline
export function prepareRoom<S>(room: usize, mask: i32, factor: f32): void {
  i32.store(room + maskAt, mask);
  f32.store(room + factorAt, isFloat<S>() ? factor : factor * largerBy);
  i32.store(room + halfMaskAt, keptBits);
  f32.store(room + largerAt, largerBy);
}

/** Scales or offsets of the first four rows of weights, and of the last: of type S, f32 or u16 for halves, which are still to be multiplied. */
// @ts-ignore: decorator
@inline
export function firstStored<S>(at: usize, halfMask: v128): v128 {
  if (isFloat<S>()) return v128.load(at);
  return smaller4(v128.load16x4_s(at), halfMask);
}

// @ts-ignore: decorator
@inline
export function lastStored<S>(at: usize, halfMask: v128): v128 {
  if (isFloat<S>()) return v128.load(at, 16);
  return smaller4(v128.load16x4_s(at, 8), halfMask);
}

// @ts-ignore: decorator
@inline
export function larger<S>(stored: v128, by: v128): v128 {
  if (isFloat<S>()) return stored;
  return f32x4.mul(stored, by);
}

/** What a block gives for one row of inputs, added to the sums so far. */
// @ts-ignore: decorator
@inline
export function addBlock(
  to: usize, first: v128, last: v128, scales: v128, lastScales: v128, offsets: v128, lastOffsets: v128, input: v128, inputSum: v128,
): void {
  setTwo(
    to,
    f32x4.add(v128.load(to), ofBlock(first, scales, offsets, input, inputSum)),
    f32x4.add(v128.load(to, 16), ofBlock(last, lastScales, lastOffsets, input, inputSum)),
  );
}

/** Two pairs of weights with two of inputs, added to `sums`. */
// @ts-ignore: decorator
@inline
function addTwo(sums: v128, p0: v128, p1: v128, x0: v128, x1: v128): v128 {
  return i32x4.add(i32x4.add(sums, i32x4.dot_i16x8_s(p0, x0)), i32x4.dot_i16x8_s(p1, x1));
}

/** Four pairs of weights with four of inputs. */
// @ts-ignore: decorator
@inline
function four(p0: v128, p1: v128, p2: v128, p3: v128, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  return i32x4.add(
    i32x4.add(i32x4.dot_i16x8_s(p0, x0), i32x4.dot_i16x8_s(p1, x1)),
    i32x4.add(i32x4.dot_i16x8_s(p2, x2), i32x4.dot_i16x8_s(p3, x3)),
  );
}

/**
 * Adds to `to` what all blocks of eight rows of weights give for one row of inputs.
 * @param S of scales and offsets
 * @param Q of a quarter of a block of one row of weights: u32 in 4 bits, u64 in 8
 * @param apart bytes from an input's scale to its sum
 */
function addEight<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  for (const end = w + (<usize>blocks << 5) * sizeof<Q>(); w < end; ) {
    let a = i32x4.splat(0), b = a;
    for (const blockEnd = w + 32 * sizeof<Q>(); w < blockEnd; w += 8 * sizeof<Q>()) {
      const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4), x2 = v128.load32_splat(x, 8), x3 = v128.load32_splat(x, 12);
      if (sizeof<Q>() == 4) {
        const k = v128.load8x8_u(w), l = v128.load8x8_u(w, 8), m = v128.load8x8_u(w, 16), n = v128.load8x8_u(w, 24);
        a = i32x4.add(a, four(v128.and(k, mask), i16x8.shr_u(k, 4), v128.and(m, mask), i16x8.shr_u(m, 4), x0, x1, x2, x3));
        b = i32x4.add(b, four(v128.and(l, mask), i16x8.shr_u(l, 4), v128.and(n, mask), i16x8.shr_u(n, 4), x0, x1, x2, x3));
      } else {
        a = i32x4.add(a, four(v128.load8x8_s(w), v128.load8x8_s(w, 16), v128.load8x8_s(w, 32), v128.load8x8_s(w, 48), x0, x1, x2, x3));
        b = i32x4.add(b, four(v128.load8x8_s(w, 8), v128.load8x8_s(w, 24), v128.load8x8_s(w, 40), v128.load8x8_s(w, 56), x0, x1, x2, x3));
      }
      x += 16;
    }
    const scales = larger<S>(firstStored<S>(s, halfMask), by), lastScales = larger<S>(lastStored<S>(s, halfMask), by);
    const offsets = f32x4.mul(firstStored<S>(o, halfMask), factor), lastOffsets = f32x4.mul(lastStored<S>(o, halfMask), factor);
    addBlock(to, a, b, scales, lastScales, offsets, lastOffsets, v128.load32_splat(xs), v128.load32_splat(xs + apart));
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 4;
  }
}

/**
 * Adds to `to` what all blocks of twice eight rows of weights give for rows of inputs, `fours` times four of them: of each four the first eight
 * to 128 bytes, the others to those behind them. An input that has been loaded is multiplied twice. A block of weights meets all inputs before the
 * next does, so that weights are wanted at an even pace, which processors can keep ahead of.
 * @param next bytes from the first eight rows to the others, `nextScale` from their scales
 */
function addSixteen<S, Q>(
  w: usize, next: usize, x: usize, s: usize, o: usize, nextScale: usize, xs: usize, apart: usize, to: usize, blocks: i32, fours: i32,
): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const zero = i32x4.splat(0);
  const bytes: usize = 32 * sizeof<Q>(), nextFour = <usize>(blocks - 1) << 8, nextOfFour = <usize>blocks << 4, sumsEnd = to + (<usize>fours << 8);
  for (const end = w + <usize>blocks * bytes; w < end; w += bytes) {
    let y = x, ys = xs;
    for (let sums = to; sums < sumsEnd; sums += 256) {
      // The first four rows of weights and the last, of both eights, with each row of inputs.
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
      let c0 = zero, c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero;
      for (let at = w, blockEnd = w + bytes; at < blockEnd; at += 4 * sizeof<Q>()) {
        let k0: v128, k1: v128, l0: v128, l1: v128, m0: v128, m1: v128, n0: v128, n1: v128;
        if (sizeof<Q>() == 4) {
          const k = v128.load8x8_u(at), l = v128.load8x8_u(at, 8), m = v128.load8x8_u(at + next), n = v128.load8x8_u(at + next, 8);
          k0 = v128.and(k, mask);
          l0 = v128.and(l, mask);
          m0 = v128.and(m, mask);
          n0 = v128.and(n, mask);
          k1 = i16x8.shr_u(k, 4);
          l1 = i16x8.shr_u(l, 4);
          m1 = i16x8.shr_u(m, 4);
          n1 = i16x8.shr_u(n, 4);
        } else {
          k0 = v128.load8x8_s(at);
          l0 = v128.load8x8_s(at, 8);
          k1 = v128.load8x8_s(at, 16);
          l1 = v128.load8x8_s(at, 24);
          m0 = v128.load8x8_s(at + next);
          n0 = v128.load8x8_s(at + next, 8);
          m1 = v128.load8x8_s(at + next, 16);
          n1 = v128.load8x8_s(at + next, 24);
        }
        let v = v128.load32_splat(y), u = v128.load32_splat(y, 16);
        a0 = addTwo(a0, k0, k1, v, u);
        b0 = addTwo(b0, l0, l1, v, u);
        c0 = addTwo(c0, m0, m1, v, u);
        d0 = addTwo(d0, n0, n1, v, u);
        v = v128.load32_splat(y, 4);
        u = v128.load32_splat(y, 20);
        a1 = addTwo(a1, k0, k1, v, u);
        b1 = addTwo(b1, l0, l1, v, u);
        c1 = addTwo(c1, m0, m1, v, u);
        d1 = addTwo(d1, n0, n1, v, u);
        v = v128.load32_splat(y, 8);
        u = v128.load32_splat(y, 24);
        a2 = addTwo(a2, k0, k1, v, u);
        b2 = addTwo(b2, l0, l1, v, u);
        c2 = addTwo(c2, m0, m1, v, u);
        d2 = addTwo(d2, n0, n1, v, u);
        v = v128.load32_splat(y, 12);
        u = v128.load32_splat(y, 28);
        a3 = addTwo(a3, k0, k1, v, u);
        b3 = addTwo(b3, l0, l1, v, u);
        c3 = addTwo(c3, m0, m1, v, u);
        d3 = addTwo(d3, n0, n1, v, u);
        y += 32;
      }
      const t = s + nextScale, p = o + nextScale, ym = ys + apart;
      const scales = larger<S>(firstStored<S>(s, halfMask), by), lastScales = larger<S>(lastStored<S>(s, halfMask), by);
      const offsets = f32x4.mul(firstStored<S>(o, halfMask), factor), lastOffsets = f32x4.mul(lastStored<S>(o, halfMask), factor);
      const nextScales = larger<S>(firstStored<S>(t, halfMask), by), nextLastScales = larger<S>(lastStored<S>(t, halfMask), by);
      const nextOffsets = f32x4.mul(firstStored<S>(p, halfMask), factor), nextLastOffsets = f32x4.mul(lastStored<S>(p, halfMask), factor);
      let input = v128.load32_splat(ys), inputSum = v128.load32_splat(ym);
      addBlock(sums, a0, b0, scales, lastScales, offsets, lastOffsets, input, inputSum);
      addBlock(sums + 128, c0, d0, nextScales, nextLastScales, nextOffsets, nextLastOffsets, input, inputSum);
      input = v128.load32_splat(ys, 4);
      inputSum = v128.load32_splat(ym, 4);
      addBlock(sums + 32, a1, b1, scales, lastScales, offsets, lastOffsets, input, inputSum);
      addBlock(sums + 160, c1, d1, nextScales, nextLastScales, nextOffsets, nextLastOffsets, input, inputSum);
      input = v128.load32_splat(ys, 8);
      inputSum = v128.load32_splat(ym, 8);
      addBlock(sums + 64, a2, b2, scales, lastScales, offsets, lastOffsets, input, inputSum);
      addBlock(sums + 192, c2, d2, nextScales, nextLastScales, nextOffsets, nextLastOffsets, input, inputSum);
      input = v128.load32_splat(ys, 12);
      inputSum = v128.load32_splat(ym, 12);
      addBlock(sums + 96, a3, b3, scales, lastScales, offsets, lastOffsets, input, inputSum);
      addBlock(sums + 224, c3, d3, nextScales, nextLastScales, nextOffsets, nextLastOffsets, input, inputSum);
      y += nextFour;
      ys += nextOfFour;
    }
    x += 256;
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 16;
  }
}

/** Puts what eight rows of weights from `n` on give for row `m` of inputs. */
function multiplyEight<S>(job: WideProduct, n: i32, m: i32, x: usize, xs: usize, sums: usize): void {
  const blocks = job.blocks, eight = <usize>((n >> 3) * blocks);
  const apart = job.inputSums - job.inputScales;
  const s = job.scales + (eight << 3) * sizeof<S>(), o = job.offsets + (eight << 3) * sizeof<S>();
  setTwo(sums, f32x4.splat(0), f32x4.splat(0));
  if (job.bits == 4) addEight<S, u32>(job.integers + (eight << 7), x, s, o, xs, apart, sums, blocks);
  else addEight<S, u64>(job.integers + (eight << 8), x, s, o, xs, apart, sums, blocks);
  put(job, m, n, v128.load(sums));
  put(job, m, n + 4, v128.load(sums, 16));
}

/** Puts what eight rows of weights from `n` on and eight from `next` on give for twice four rows of inputs from `m` on, or for those there are. */
function multiplySixteen<S>(job: WideProduct, n: i32, next: i32, m: i32, sums: usize): void {
  const fours = m + 4 < job.rows ? 2 : 1;
  const blocks = job.blocks, eight = <usize>((n >> 3) * blocks), apartWeights = <usize>(((next - n) >> 3) * blocks);
  const x = job.inputs + (<usize>(m * blocks) << 6), xs = job.inputScales + (<usize>(m * blocks) << 2);
  const apart = job.inputSums - job.inputScales, nextScale = (apartWeights << 3) * sizeof<S>();
  const s = job.scales + (eight << 3) * sizeof<S>(), o = job.offsets + (eight << 3) * sizeof<S>();
  for (let at: usize = 0; at < <usize>fours << 8; at += 32) setTwo(sums + at, f32x4.splat(0), f32x4.splat(0));
  if (job.bits == 4) addSixteen<S, u32>(job.integers + (eight << 7), apartWeights << 7, x, s, o, nextScale, xs, apart, sums, blocks, fours);
  else addSixteen<S, u64>(job.integers + (eight << 8), apartWeights << 8, x, s, o, nextScale, xs, apart, sums, blocks, fours);
  for (let row = m; row < min(m + 8, job.rows); row++) {
    put(job, row, n, v128.load(sums));
    put(job, row, n + 4, v128.load(sums, 16));
    put(job, row, next, v128.load(sums, 128));
    put(job, row, next + 4, v128.load(sums, 144));
    // Behind each four rows lie what the other eight rows of weights gave them.
    sums += (row & 3) == 3 ? 160 : 32;
  }
}

/** @param S of scales and offsets */
function multiplyStored<S>(job: WideProduct, chunk: i32): void {
  const blocks = job.blocks, rows = job.rows;
  const first = chunk * job.outputsAtOnce, end = min(first + job.outputsAtOnce, job.outputs);
  const sums = job.room + <usize>thread * roomOfThread;
  prepareRoom<S>(sums, 0x000f000f, job.factor);
  if (!inFours(rows)) {
    const padded = <usize>((blocks + 3) & ~3) << 2;
    for (let n = first; n < end; n += 8) {
      for (let m = 0; m < rows; m++)
        multiplyEight<S>(job, n, m, job.inputs + (<usize>(m * blocks) << 6), job.inputScales + <usize>m * padded, sums);
    }
    return;
  }
  // Weights are fetched from memory once for twice four rows of inputs.
  for (let m = 0; m < rows; m += 8) {
    for (let n = first; n < end; n += 16) {
      // Where eight are left by themselves, they are the others too.
      const next = n + 8 < end ? n + 8 : n;
      multiplySixteen<S>(job, n, next, m, sums);
    }
  }
}

export function multiplyWide(job: WideProduct, chunk: i32): void {
  if (job.narrow != 0) multiplyStored<u16>(job, chunk);
  else multiplyStored<f32>(job, chunk);
}
