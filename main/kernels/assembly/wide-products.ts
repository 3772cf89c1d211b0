import { addBlocks, addStoredBlocks, maskOf, putScales } from './sixteens';

/*
 * Products as in products.ts, sixteen rows of weights at a time, in vectors of 256 bits, of which WebAssembly has none: each is written as two of
 * 128 whose operations are the same and whose addresses are 16 bytes apart. V8 makes one instruction of each two where it is told to
 * (`--experimental-wasm-revectorize`); without that these are slower than those of products.ts. It finds the two from a pair of stores back,
 * through sums that go round a loop, and does not move numbers from one lane to another, or most constants. So
 *
 *   a pair of inputs is spread over the lanes as it is loaded, and so is the mask
 *   the two halves of a load say how far apart they are in the instruction itself
 *   weights, and scales that are halves, are widened as they are loaded: from one register to another it costs a sixth of the loop
 *   a loop over four rows of inputs has two pairs of weights in it: all sums and the unpacked weights fit into the processor's registers
 *
 * and of two loads that widen what they load the first comes first: V8 13.0 would begin at the second (see `setTwo`).
 *
 * Pairs lie as in products.ts, those of sixteen rows together: 32 bytes are one in 8 bits, and two in 4.
 */

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
 * Adds to `to`, where a thread's room begins, what all blocks of sixteen rows of weights give for one row of inputs.
 * @param S of scales and offsets: f32, or u16 for halves
 * @param Q of a quarter of a block of one row of weights: u32 in 4 bits, u64 in 8
 * @param apart bytes from an input's scale to its sum
 */
export function pairsOfOne<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32): void {
  const mask = maskOf(to), zero = i32x4.splat(0);
  for (const end = w + (<usize>blocks << 6) * sizeof<Q>(); w < end; ) {
    let a = zero, b = zero, c = zero, d = zero;
    for (const blockEnd = w + 64 * sizeof<Q>(); w < blockEnd; w += 16 * sizeof<Q>()) {
      const x0 = v128.load32_splat(x), x1 = v128.load32_splat(x, 4), x2 = v128.load32_splat(x, 8), x3 = v128.load32_splat(x, 12);
      if (sizeof<Q>() == 4) {
        const k = v128.load8x8_u(w), l = v128.load8x8_u(w, 8), m = v128.load8x8_u(w, 16), n = v128.load8x8_u(w, 24);
        const p = v128.load8x8_u(w, 32), q = v128.load8x8_u(w, 40), r = v128.load8x8_u(w, 48), t = v128.load8x8_u(w, 56);
        a = i32x4.add(a, four(v128.and(k, mask), i16x8.shr_u(k, 4), v128.and(p, mask), i16x8.shr_u(p, 4), x0, x1, x2, x3));
        b = i32x4.add(b, four(v128.and(l, mask), i16x8.shr_u(l, 4), v128.and(q, mask), i16x8.shr_u(q, 4), x0, x1, x2, x3));
        c = i32x4.add(c, four(v128.and(m, mask), i16x8.shr_u(m, 4), v128.and(r, mask), i16x8.shr_u(r, 4), x0, x1, x2, x3));
        d = i32x4.add(d, four(v128.and(n, mask), i16x8.shr_u(n, 4), v128.and(t, mask), i16x8.shr_u(t, 4), x0, x1, x2, x3));
      } else {
        a = i32x4.add(a, four(v128.load8x8_s(w), v128.load8x8_s(w, 32), v128.load8x8_s(w, 64), v128.load8x8_s(w, 96), x0, x1, x2, x3));
        b = i32x4.add(b, four(v128.load8x8_s(w, 8), v128.load8x8_s(w, 40), v128.load8x8_s(w, 72), v128.load8x8_s(w, 104), x0, x1, x2, x3));
        c = i32x4.add(c, four(v128.load8x8_s(w, 16), v128.load8x8_s(w, 48), v128.load8x8_s(w, 80), v128.load8x8_s(w, 112), x0, x1, x2, x3));
        d = i32x4.add(d, four(v128.load8x8_s(w, 24), v128.load8x8_s(w, 56), v128.load8x8_s(w, 88), v128.load8x8_s(w, 120), x0, x1, x2, x3));
      }
      x += 16;
    }
    addStoredBlocks<S>(to, s, o, a, b, c, d, v128.load32_splat(xs), v128.load32_splat(xs + apart));
    s += 16 * sizeof<S>();
    o += 16 * sizeof<S>();
    xs += 4;
  }
}

/**
 * … for rows of inputs, `fours` times four of them, of each to 64 bytes. An input that has been loaded is multiplied twice. A block of weights meets
 * all inputs before the next does, so that weights are wanted at an even pace, which processors can keep ahead of.
 */
export function pairsOfFours<S, Q>(w: usize, x: usize, s: usize, o: usize, xs: usize, apart: usize, to: usize, blocks: i32, fours: i32): void {
  const mask = maskOf(to), zero = i32x4.splat(0);
  const bytes: usize = 64 * sizeof<Q>(), nextFour = <usize>(blocks - 1) << 8, nextScales = <usize>blocks << 4, sumsEnd = to + (<usize>fours << 8);
  for (const end = w + <usize>blocks * bytes; w < end; w += bytes) {
    putScales<S>(to, s, o);
    let y = x, ys = xs;
    for (let sums = to; sums < sumsEnd; sums += 256) {
      // Of four rows of weights each, with each row of inputs.
      let a0 = zero, a1 = zero, a2 = zero, a3 = zero, b0 = zero, b1 = zero, b2 = zero, b3 = zero;
      let c0 = zero, c1 = zero, c2 = zero, c3 = zero, d0 = zero, d1 = zero, d2 = zero, d3 = zero;
      for (let at = w, blockEnd = w + bytes; at < blockEnd; at += 8 * sizeof<Q>()) {
        let k0: v128, k1: v128, l0: v128, l1: v128, m0: v128, m1: v128, n0: v128, n1: v128;
        if (sizeof<Q>() == 4) {
          const k = v128.load8x8_u(at), l = v128.load8x8_u(at, 8), m = v128.load8x8_u(at, 16), n = v128.load8x8_u(at, 24);
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
          k1 = v128.load8x8_s(at, 32);
          l1 = v128.load8x8_s(at, 40);
          m0 = v128.load8x8_s(at, 16);
          n0 = v128.load8x8_s(at, 24);
          m1 = v128.load8x8_s(at, 48);
          n1 = v128.load8x8_s(at, 56);
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
      const ym = ys + apart;
      addBlocks(sums, to, a0, b0, c0, d0, v128.load32_splat(ys), v128.load32_splat(ym));
      addBlocks(sums + 64, to, a1, b1, c1, d1, v128.load32_splat(ys, 4), v128.load32_splat(ym, 4));
      addBlocks(sums + 128, to, a2, b2, c2, d2, v128.load32_splat(ys, 8), v128.load32_splat(ym, 8));
      addBlocks(sums + 192, to, a3, b3, c3, d3, v128.load32_splat(ys, 12), v128.load32_splat(ym, 12));
      y += nextFour;
      ys += nextScales;
    }
    x += 256;
    s += 16 * sizeof<S>();
    o += 16 * sizeof<S>();
    xs += 16;
  }
}
