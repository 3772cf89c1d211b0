import { inFours } from './inputs';
import { setTwo } from './lanes';
import { put, RoundedProduct } from './products';
import { thread } from './thread';
import {
  addBlock, factorAt, firstStored, halfMaskAt, larger, largerAt, lastStored, maskAt, prepareRoom, roomOfThread, WideProduct,
} from './wide-products';

/*
 * Products as in products.ts of weights in 4 bits, with weights and inputs as bytes: one instruction multiplies four neighbouring elements of each
 * row of weights with four of an input and adds them to a sum. An input of 16 bits is 256 times a byte and another byte (see inputs.ts), so
 * there are two sums, which are put together at a block's end: as whole and exact as in products.ts, and so the same bits.
 *
 * The instruction, `i32x4.relaxed_dot_i8x16_i7x16_add_s`, leaves open what comes of a byte above 127 in its second operand; weights are below 16. Processors
 * that have it as one (AVX-VNNI, Arm's dot products) take half as long as for two products of pairs; others take three. Not every runtime
 * knows it: see jobs.ts. Eight rows of weights lie together, a block in four times 32 bytes:
 *
 *   row 0's four bytes, row 1's …   the low halves are elements 0 to 3 of eight, the high ones 4 to 7
 *
 * Written for vectors of 256 bits, see wide-products.ts.
 */

// @ts-ignore: decorator
@inline
function dot(sums: v128, weights: v128, input: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(input, weights, sums);
}

/** Sums of products, from those with the inputs' upper bytes and with the lower. */
// @ts-ignore: decorator
@inline
function whole(upper: v128, lower: v128): v128 {
  return i32x4.add(i32x4.shl(upper, 8), lower);
}

/** Adds to `to` what all blocks of eight rows of weights give for one row of inputs. @param S of scales and offsets @param apart bytes from an input's scale to its sum */
function addOne<S>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const zero = i32x4.splat(0);
  for (const end = w + (<usize>blocks << 7); w < end; ) {
    // Of the first four rows of weights, of the last; with upper bytes, with lower; elements 0 to 3 of eight, 4 to 7: no sum waits for another.
    let au0 = zero, au1 = zero, al0 = zero, al1 = zero, bu0 = zero, bu1 = zero, bl0 = zero, bl1 = zero;
    for (const blockEnd = w + 128; w < blockEnd; w += 32) {
      const a = v128.load(w), b = v128.load(w, 16);
      const a0 = v128.and(a, mask), b0 = v128.and(b, mask), a1 = v128.and(i16x8.shr_u(a, 4), mask), b1 = v128.and(i16x8.shr_u(b, 4), mask);
      let y = v128.load32_splat(x);
      au0 = dot(au0, a0, y);
      bu0 = dot(bu0, b0, y);
      y = v128.load32_splat(x, 4);
      au1 = dot(au1, a1, y);
      bu1 = dot(bu1, b1, y);
      y = v128.load32_splat(x, 32);
      al0 = dot(al0, a0, y);
      bl0 = dot(bl0, b0, y);
      y = v128.load32_splat(x, 36);
      al1 = dot(al1, a1, y);
      bl1 = dot(bl1, b1, y);
      x += 8;
    }
    x += 32;
    const first = whole(i32x4.add(au0, au1), i32x4.add(al0, al1)), last = whole(i32x4.add(bu0, bu1), i32x4.add(bl0, bl1));
    const scales = larger<S>(firstStored<S>(s, halfMask), by), lastScales = larger<S>(lastStored<S>(s, halfMask), by);
    const offsets = f32x4.mul(firstStored<S>(o, halfMask), factor), lastOffsets = f32x4.mul(lastStored<S>(o, halfMask), factor);
    addBlock(to, first, last, scales, lastScales, offsets, lastOffsets, v128.load32_splat(xs), v128.load32_splat(xs + apart));
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 4;
  }
}

/** Adds to `to` what all blocks of eight rows of weights give for rows of inputs, `fours` times four of them, of each four to 128 bytes. */
function addFours<S>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32, fours: i32): void {
  const factor = v128.load32_splat(to + factorAt), halfMask = v128.load32_splat(to + halfMaskAt), by = v128.load32_splat(to + largerAt);
  const mask = v128.load32_splat(to + maskAt);
  const zero = i32x4.splat(0);
  const nextFour = <usize>(blocks - 1) << 8, nextScales = <usize>blocks << 4, sumsEnd = to + (<usize>fours << 7);
  for (const end = w + (<usize>blocks << 7); w < end; w += 128) {
    let x1 = x, xs1 = xs;
    for (let sums = to; sums < sumsEnd; sums += 128) {
      // Of the first four rows of weights and of the last, with upper and lower bytes of each row of inputs.
      let au0 = zero, au1 = zero, au2 = zero, au3 = zero, al0 = zero, al1 = zero, al2 = zero, al3 = zero;
      let bu0 = zero, bu1 = zero, bu2 = zero, bu3 = zero, bl0 = zero, bl1 = zero, bl2 = zero, bl3 = zero;
      for (let at = w, blockEnd = w + 128; at < blockEnd; at += 32) {
        const a = v128.load(at), b = v128.load(at, 16);
        const a0 = v128.and(a, mask), b0 = v128.and(b, mask), a1 = v128.and(i16x8.shr_u(a, 4), mask), b1 = v128.and(i16x8.shr_u(b, 4), mask);
        let y = v128.load32_splat(x1), z = v128.load32_splat(x1, 32);
        au0 = dot(dot(au0, a0, y), a1, z);
        bu0 = dot(dot(bu0, b0, y), b1, z);
        y = v128.load32_splat(x1, 4);
        z = v128.load32_splat(x1, 36);
        au1 = dot(dot(au1, a0, y), a1, z);
        bu1 = dot(dot(bu1, b0, y), b1, z);
        y = v128.load32_splat(x1, 8);
        z = v128.load32_splat(x1, 40);
        au2 = dot(dot(au2, a0, y), a1, z);
        bu2 = dot(dot(bu2, b0, y), b1, z);
        y = v128.load32_splat(x1, 12);
        z = v128.load32_splat(x1, 44);
        au3 = dot(dot(au3, a0, y), a1, z);
        bu3 = dot(dot(bu3, b0, y), b1, z);
        y = v128.load32_splat(x1, 16);
        z = v128.load32_splat(x1, 48);
        al0 = dot(dot(al0, a0, y), a1, z);
        bl0 = dot(dot(bl0, b0, y), b1, z);
        y = v128.load32_splat(x1, 20);
        z = v128.load32_splat(x1, 52);
        al1 = dot(dot(al1, a0, y), a1, z);
        bl1 = dot(dot(bl1, b0, y), b1, z);
        y = v128.load32_splat(x1, 24);
        z = v128.load32_splat(x1, 56);
        al2 = dot(dot(al2, a0, y), a1, z);
        bl2 = dot(dot(bl2, b0, y), b1, z);
        y = v128.load32_splat(x1, 28);
        z = v128.load32_splat(x1, 60);
        al3 = dot(dot(al3, a0, y), a1, z);
        bl3 = dot(dot(bl3, b0, y), b1, z);
        x1 += 64;
      }
      const xm1 = xs1 + apart;
      const scales = larger<S>(firstStored<S>(s, halfMask), by), lastScales = larger<S>(lastStored<S>(s, halfMask), by);
      const offsets = f32x4.mul(firstStored<S>(o, halfMask), factor), lastOffsets = f32x4.mul(lastStored<S>(o, halfMask), factor);
      let input = v128.load32_splat(xs1), inputSum = v128.load32_splat(xm1);
      addBlock(sums, whole(au0, al0), whole(bu0, bl0), scales, lastScales, offsets, lastOffsets, input, inputSum);
      input = v128.load32_splat(xs1, 4);
      inputSum = v128.load32_splat(xm1, 4);
      addBlock(sums + 32, whole(au1, al1), whole(bu1, bl1), scales, lastScales, offsets, lastOffsets, input, inputSum);
      input = v128.load32_splat(xs1, 8);
      inputSum = v128.load32_splat(xm1, 8);
      addBlock(sums + 64, whole(au2, al2), whole(bu2, bl2), scales, lastScales, offsets, lastOffsets, input, inputSum);
      input = v128.load32_splat(xs1, 12);
      inputSum = v128.load32_splat(xm1, 12);
      addBlock(sums + 96, whole(au3, al3), whole(bu3, bl3), scales, lastScales, offsets, lastOffsets, input, inputSum);
      x1 += nextFour;
      xs1 += nextScales;
    }
    x += 256;
    s += 8 * sizeof<S>();
    o += 8 * sizeof<S>();
    xs += 16;
  }
}

/** Puts what eight rows of weights from `n` on give for as many rows of inputs from `m` on as meet them at once. */
function multiplyEight<S>(job: RoundedProduct, n: i32, m: i32, rows: i32, sums: usize): void {
  const blocks = job.blocks, eight = <usize>((n >> 3) * blocks);
  const w = job.integers + (eight << 7), s = job.scales + (eight << 3) * sizeof<S>(), o = job.offsets + (eight << 3) * sizeof<S>();
  const x = job.inputs + (<usize>(m * blocks) << 6), apart = job.inputSums - job.inputScales;
  const fours = (rows + 3) >> 2;
  for (let at: usize = 0; at < <usize>fours << 7; at += 32) setTwo(sums + at, f32x4.splat(0), f32x4.splat(0));
  if (inFours(job.rows)) addFours<S>(w, x, s, o, job.inputScales + (<usize>(m * blocks) << 2), apart, sums, blocks, fours);
  else addOne<S>(w, x, s, o, job.inputScales + (<usize>(m * ((blocks + 3) & ~3)) << 2), apart, sums, blocks);
  for (let row = 0; row < rows; row++) {
    put(job, m + row, n, v128.load(sums));
    put(job, m + row, n + 4, v128.load(sums, 16));
    sums += 32;
  }
}

/** @param S of scales and offsets */
function multiplyStored<S>(job: WideProduct, chunk: i32): void {
  const together = inFours(job.rows) ? 8 : 1;
  const first = chunk * job.outputsAtOnce, end = min(first + job.outputsAtOnce, job.outputs);
  const sums = job.room + <usize>thread * roomOfThread;
  prepareRoom<S>(sums, 0x0f0f0f0f, job.factor);
  for (let m = 0; m < job.rows; m += together)
    for (let n = first; n < end; n += 8) multiplyEight<S>(job, n, m, min(together, job.rows - m), sums);
}

export function multiplyBytes(job: WideProduct, chunk: i32): void {
  if (job.narrow != 0) multiplyStored<u16>(job, chunk);
  else multiplyStored<f32>(job, chunk);
}
