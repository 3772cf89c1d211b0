import { addBlocks, addStoredBlocks, maskOf, putScales } from './sixteens';

/*
 * Products as in products.ts, with weights and inputs as bytes: one instruction multiplies four neighbouring elements of each row of weights with
 * four of an input and adds them to a sum. An input of 16 bits is 256 times a byte and another byte (see inputs.ts), so there are two sums, which
 * are put together at a block's end: as whole and exact as in products.ts, and so the same bits.
 *
 * The instruction, `i32x4.relaxed_dot_i8x16_i7x16_add_s`, leaves open what comes of a byte above 127 in its second operand, the weights. Those in
 * 4 bits are below 16. Those in 8 are 128 too large here, so that they have no sign, and the sum of the inputs, 128 times, is taken from their
 * products; where such bytes are not taken for what they are (AVX-VNNI does) these are not used. Processors that have the
 * instruction as one (AVX-VNNI, Arm's dot products) take half as long as for two products of pairs; others take three. Not every runtime
 * knows it: see jobs.ts. Sixteen rows of weights are 64 bytes after 64 (see sixteens.ts):
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

/** The sum of an input's block as `ofBlock` wants it, but for a factor that offsets make up for. */
// @ts-ignore: decorator
@inline
function floatSum(inputSum: usize, input: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.load32_splat(inputSum)), input);
}

/**
 * Adds to `to` what all blocks of sixteen rows of weights give for one row of inputs.
 * @param S of scales and offsets
 * @param Q of a quarter of a block of one row of weights: u32 in 4 bits, u64 in 8
 * @param apart bytes from an input's scale to its sum
 */
export function bytesOfOne<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const mask = maskOf(to), zero = i32x4.splat(0);
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
    const input = v128.load32_splat(xs);
    addStoredBlocks<S>(to, s, o, whole(au, al), whole(bu, bl), whole(cu, cl), whole(du, dl), input, floatSum(xm, input));
    s += 16 * sizeof<S>();
    o += 16 * sizeof<S>();
    xs += 4;
  }
}

/** Adds to `to` what all blocks of sixteen rows of weights give for rows of inputs, `fours` times four of them, of each to 64 bytes. Two rows meet them at once. */
export function bytesOfFours<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32, fours: i32): void {
  const mask = maskOf(to), zero = i32x4.splat(0);
  const bytes: usize = 64 * sizeof<Q>(), nextFour = (<usize>blocks << 8) - 16, nextScales = (<usize>blocks << 4) - 16, sumsEnd = to + (<usize>fours << 8);
  for (const end = w + <usize>blocks * bytes; w < end; w += bytes) {
    putScales<S>(to, s, o);
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
        addBlocks(sums, to, whole(au0, al0), whole(bu0, bl0), whole(cu0, cl0), whole(du0, dl0), input, floatSum(xm1, input));
        input = v128.load32_splat(xs1, 4);
        addBlocks(sums + 64, to, whole(au1, al1), whole(bu1, bl1), whole(cu1, cl1), whole(du1, dl1), input, floatSum(xm1 + 4, input));
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
