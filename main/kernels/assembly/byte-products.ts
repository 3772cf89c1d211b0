import { inFours, tooLarge } from './inputs';
import { setTwo } from './lanes';
import { put } from './products';
import { thread } from './thread';
import {
  addBlock, factorAt, firstStored, halfMaskAt, larger, largerAt, lastStored, maskAt, offsetsAt, prepareRoom, roomOfThread, scalesAt, WideProduct,
} from './wide-products';

/*
 * Products as in products.ts, with weights and inputs as bytes: one instruction multiplies four neighbouring elements of each row of weights with
 * four of an input and adds them to a sum. An input of 16 bits is 256 times a byte and another byte (see inputs.ts), so there are two sums, which
 * are put together at a block's end: as whole and exact as in products.ts, and so the same bits.
 *
 * The instruction, `i32x4.relaxed_dot_i8x16_i7x16_add_s`, leaves open what comes of a byte above 127 in its second operand, the weights. Those in
 * 4 bits are below 16. Those in 8 are 128 too large here, so that they have no sign, and the sum of the inputs, 128 times, is taken from their
 * products; where such bytes are not taken for what they are (AVX-VNNI does) these are not used. Processors that have the
 * instruction as one (AVX-VNNI, Arm's dot products) take half as long as for two products of pairs; others take three. Not every runtime
 * knows it: see jobs.ts. Sixteen rows of weights lie together, block after block, 64 bytes at a time, and so do their scales and offsets, so that all of a
 * matrix is read as it lies. Rows that the last sixteen lack are zero.
 *
 *   row 0's four bytes, row 1's …   in 4 bits the low halves are elements 0 to 3 of eight, the high ones 4 to 7
 *
 * Written for vectors of 256 bits, see wide-products.ts.
 */

// @ts-ignore: decorator
@inline
function dot(sums: v128, weights: v128, input: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(input, weights, sums);
}

/** Whether a weight of 255 is taken for what it is. @param weight 255; unknown to the compiler, which might know better than the processor */
export function takesWholeBytes(weight: i32): bool {
  return i32x4.extract_lane(dot(i32x4.splat(0), i8x16.splat(<i8>weight), i8x16.splat(127)), 0) == 4 * 127 * weight;
}

/** Sums of products, from those with the inputs' upper bytes and with the lower. */
// @ts-ignore: decorator
@inline
function whole(upper: v128, lower: v128): v128 {
  return i32x4.add(i32x4.shl(upper, 8), lower);
}

/** The first four of eight elements. */
// @ts-ignore: decorator
@inline
function firstFour<Q>(w: v128, mask: v128): v128 {
  return sizeof<Q>() == 4 ? v128.and(w, mask) : w;
}

/** The last four, where `w` has the first. */
// @ts-ignore: decorator
@inline
function lastFour<Q>(w: v128, at: usize, mask: v128): v128 {
  return sizeof<Q>() == 4 ? v128.and(i16x8.shr_u(w, 4), mask) : v128.load(at, 64);
}

/** What sums with the lower bytes begin with: for weights in 8 bits, what these are too large. */
// @ts-ignore: decorator
@inline
function begin<Q>(inputSum: usize): v128 {
  return sizeof<Q>() == 4 ? i32x4.splat(0) : v128.load32_splat(inputSum);
}

/** The sum of an input's block as `ofBlock` wants it. For weights in 8 bits it is a whole number, and offsets make up for its factor. */
// @ts-ignore: decorator
@inline
function floatSum<Q>(inputSum: usize, input: v128): v128 {
  const sum = v128.load32_splat(inputSum);
  return sizeof<Q>() == 4 ? sum : f32x4.mul(f32x4.convert_i32x4_s(sum), input);
}

/** Puts scales and offsets of a block of sixteen rows of weights where rows of inputs find them. */
// @ts-ignore: decorator
@inline
function putScales<S>(to: usize, s: usize, o: usize, halfMask: v128, by: v128, factor: v128): void {
  const t = s + 8 * sizeof<S>(), p = o + 8 * sizeof<S>();
  setTwo(to + scalesAt, larger<S>(firstStored<S>(s, halfMask), by), larger<S>(lastStored<S>(s, halfMask), by));
  setTwo(to + scalesAt + 32, larger<S>(firstStored<S>(t, halfMask), by), larger<S>(lastStored<S>(t, halfMask), by));
  setTwo(to + offsetsAt, f32x4.mul(firstStored<S>(o, halfMask), factor), f32x4.mul(lastStored<S>(o, halfMask), factor));
  setTwo(to + offsetsAt + 32, f32x4.mul(firstStored<S>(p, halfMask), factor), f32x4.mul(lastStored<S>(p, halfMask), factor));
}

/** What a block gives for one row of inputs, added to its sums: by the first eight rows of weights, and behind them by the others. @param from as `putScales` left it */
// @ts-ignore: decorator
@inline
function addBlocks(to: usize, from: usize, a: v128, b: v128, c: v128, d: v128, input: v128, inputSum: v128): void {
  const first = from + scalesAt, offset = from + offsetsAt;
  addBlock(to, a, b, v128.load(first), v128.load(first, 16), v128.load(offset), v128.load(offset, 16), input, inputSum);
  addBlock(to + 32, c, d, v128.load(first, 32), v128.load(first, 48), v128.load(offset, 32), v128.load(offset, 48), input, inputSum);
}

/**
 * Adds to `to` what all blocks of sixteen rows of weights give for one row of inputs.
 * @param S of scales and offsets
 * @param Q of a quarter of a block of one row of weights: u32 in 4 bits, u64 in 8
 * @param apart bytes from an input's scale to its sum
 */
function addOne<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const zero = i32x4.splat(0);
  for (const end = w + (<usize>blocks << 6) * sizeof<Q>(); w < end; ) {
    const xm = xs + apart;
    // Of four rows of weights each, with upper bytes and with lower.
    let au = zero, bu = zero, cu = zero, du = zero;
    let al = begin<Q>(xm), bl = begin<Q>(xm), cl = begin<Q>(xm), dl = begin<Q>(xm);
    for (const blockEnd = w + 64 * sizeof<Q>(); w < blockEnd; w += 16 * sizeof<Q>()) {
      const a = v128.load(w), b = v128.load(w, 16), c = v128.load(w, 32), d = v128.load(w, 48);
      const a0 = firstFour<Q>(a, mask), b0 = firstFour<Q>(b, mask), c0 = firstFour<Q>(c, mask), d0 = firstFour<Q>(d, mask);
      const a1 = lastFour<Q>(a, w, mask), b1 = lastFour<Q>(b, w + 16, mask), c1 = lastFour<Q>(c, w + 32, mask), d1 = lastFour<Q>(d, w + 48, mask);
      let y = v128.load32_splat(x), z = v128.load32_splat(x, 4);
      au = dot(dot(au, a0, y), a1, z);
      bu = dot(dot(bu, b0, y), b1, z);
      cu = dot(dot(cu, c0, y), c1, z);
      du = dot(dot(du, d0, y), d1, z);
      y = v128.load32_splat(x, 32);
      z = v128.load32_splat(x, 36);
      al = dot(dot(al, a0, y), a1, z);
      bl = dot(dot(bl, b0, y), b1, z);
      cl = dot(dot(cl, c0, y), c1, z);
      dl = dot(dot(dl, d0, y), d1, z);
      x += 8;
    }
    x += 32;
    putScales<S>(to, s, o, halfMask, by, factor);
    const input = v128.load32_splat(xs);
    addBlocks(to, to, whole(au, al), whole(bu, bl), whole(cu, cl), whole(du, dl), input, floatSum<Q>(xm, input));
    s += 16 * sizeof<S>();
    o += 16 * sizeof<S>();
    xs += 4;
  }
}

/** Adds to `to` what all blocks of sixteen rows of weights give for rows of inputs, `fours` times four of them, of each to 64 bytes. Two rows meet them at once. */
function addFours<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32, fours: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const zero = i32x4.splat(0);
  const bytes: usize = 64 * sizeof<Q>(), nextFour = (<usize>blocks << 8) - 16, nextScales = (<usize>blocks << 4) - 16, sumsEnd = to + (<usize>fours << 8);
  for (const end = w + <usize>blocks * bytes; w < end; w += bytes) {
    putScales<S>(to, s, o, halfMask, by, factor);
    let x1 = x, xs1 = xs;
    for (let sums = to; sums < sumsEnd; x1 += nextFour, xs1 += nextScales) {
      for (const fourEnd = sums + 256; sums < fourEnd; sums += 128) {
        // Of four rows of weights each, with upper and lower bytes of both rows of inputs.
        let au0 = zero, au1 = zero, bu0 = zero, bu1 = zero, cu0 = zero, cu1 = zero, du0 = zero, du1 = zero;
        let al0 = begin<Q>(xs1 + apart), bl0 = begin<Q>(xs1 + apart), cl0 = begin<Q>(xs1 + apart), dl0 = begin<Q>(xs1 + apart);
        let al1 = begin<Q>(xs1 + apart + 4), bl1 = begin<Q>(xs1 + apart + 4), cl1 = begin<Q>(xs1 + apart + 4), dl1 = begin<Q>(xs1 + apart + 4);
        let x2 = x1;
        for (let at = w, blockEnd = w + bytes; at < blockEnd; at += 16 * sizeof<Q>()) {
          const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48);
          const a0 = firstFour<Q>(a, mask), b0 = firstFour<Q>(b, mask), c0 = firstFour<Q>(c, mask), d0 = firstFour<Q>(d, mask);
          const a1 = lastFour<Q>(a, at, mask), b1 = lastFour<Q>(b, at + 16, mask), c1 = lastFour<Q>(c, at + 32, mask), d1 = lastFour<Q>(d, at + 48, mask);
          let y = v128.load32_splat(x2), z = v128.load32_splat(x2, 32);
          au0 = dot(dot(au0, a0, y), a1, z);
          bu0 = dot(dot(bu0, b0, y), b1, z);
          cu0 = dot(dot(cu0, c0, y), c1, z);
          du0 = dot(dot(du0, d0, y), d1, z);
          y = v128.load32_splat(x2, 4);
          z = v128.load32_splat(x2, 36);
          au1 = dot(dot(au1, a0, y), a1, z);
          bu1 = dot(dot(bu1, b0, y), b1, z);
          cu1 = dot(dot(cu1, c0, y), c1, z);
          du1 = dot(dot(du1, d0, y), d1, z);
          y = v128.load32_splat(x2, 16);
          z = v128.load32_splat(x2, 48);
          al0 = dot(dot(al0, a0, y), a1, z);
          bl0 = dot(dot(bl0, b0, y), b1, z);
          cl0 = dot(dot(cl0, c0, y), c1, z);
          dl0 = dot(dot(dl0, d0, y), d1, z);
          y = v128.load32_splat(x2, 20);
          z = v128.load32_splat(x2, 52);
          al1 = dot(dot(al1, a0, y), a1, z);
          bl1 = dot(dot(bl1, b0, y), b1, z);
          cl1 = dot(dot(cl1, c0, y), c1, z);
          dl1 = dot(dot(dl1, d0, y), d1, z);
          x2 += 64;
        }
        const xm1 = xs1 + apart;
        let input = v128.load32_splat(xs1);
        addBlocks(sums, to, whole(au0, al0), whole(bu0, bl0), whole(cu0, cl0), whole(du0, dl0), input, floatSum<Q>(xm1, input));
        input = v128.load32_splat(xs1, 4);
        addBlocks(sums + 64, to, whole(au1, al1), whole(bu1, bl1), whole(cu1, cl1), whole(du1, dl1), input, floatSum<Q>(xm1 + 4, input));
        x1 += 8;
        xs1 += 8;
      }
    }
    x += 256;
    s += 16 * sizeof<S>();
    o += 16 * sizeof<S>();
    xs += 16;
  }
}

/** Puts what sixteen rows of weights from `n` on give for as many rows of inputs from `m` on as meet them at once. */
function multiplySixteen<S, Q>(job: WideProduct, n: i32, m: i32, rows: i32, sums: usize): void {
  const blocks = job.blocks, sixteen = <usize>((n >> 4) * blocks);
  const w = job.integers + (sixteen << 6) * sizeof<Q>(), s = job.scales + (sixteen << 4) * sizeof<S>(), o = job.offsets + (sixteen << 4) * sizeof<S>();
  const x = job.inputs + (<usize>(m * blocks) << 6), apart = job.inputSums - job.inputScales;
  const fours = (rows + 3) >> 2;
  for (let at: usize = 0; at < <usize>fours << 8; at += 32) setTwo(sums + at, f32x4.splat(0), f32x4.splat(0));
  if (inFours(job.rows)) addFours<S, Q>(w, x, s, o, job.inputScales + (<usize>(m * blocks) << 2), apart, sums, blocks, fours);
  else addOne<S, Q>(w, x, s, o, job.inputScales + (<usize>(m * ((blocks + 3) & ~3)) << 2), apart, sums, blocks);
  for (let row = m; row < m + rows; row++) {
    put(job, row, n, v128.load(sums));
    put(job, row, n + 4, v128.load(sums, 16));
    put(job, row, n + 8, v128.load(sums, 32));
    put(job, row, n + 12, v128.load(sums, 48));
    sums += 64;
  }
}

/** @param S of scales and offsets @param Q of a quarter of a block of one row of weights */
function multiplyStored<S, Q>(job: WideProduct, chunk: i32): void {
  const together = inFours(job.rows) ? 8 : 1;
  const first = chunk * job.outputsAtOnce, end = min(first + job.outputsAtOnce, job.outputs);
  const sums = job.room + <usize>thread * roomOfThread;
  prepareRoom<S>(sums, 0x0f0f0f0f, sizeof<Q>() == 4 ? job.factor : job.factor / <f32>tooLarge);
  for (let m = 0; m < job.rows; m += together)
    for (let n = first; n < end; n += 16) multiplySixteen<S, Q>(job, n, m, min(together, job.rows - m), sums);
}

export function multiplyBytes(job: WideProduct, chunk: i32): void {
  if (job.bits == 4) {
    if (job.narrow != 0) multiplyStored<u16, u32>(job, chunk);
    else multiplyStored<f32, u32>(job, chunk);
  } else {
    if (job.narrow != 0) multiplyStored<u16, u64>(job, chunk);
    else multiplyStored<f32, u64>(job, chunk);
  }
}
