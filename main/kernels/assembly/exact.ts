import { four as fourOf } from './halves';
import { Product, put } from './products';

/*
 * As `multiply`, with inputs that are not rounded: 32-bit floats [M, K]. Slower; for checks.
 */

/** Pair `index` of four rows of a block, see products.ts. */
// @ts-ignore: decorator
@inline
function pairOf(four: bool, block: usize, index: i32): v128 {
  if (!four) return v128.load8x8_s(block + (<usize>index << 4));
  const two = v128.load8x8_u(block + (<usize>(index >> 1) << 4));
  return (index & 1) == 0 ? v128.and(two, i16x8.splat(15)) : i16x8.shr_u(two, 4);
}

/** A block of four rows of weights with 32 inputs. */
function block(four: bool, w: usize, x: usize): v128 {
  let even = f32x4.splat(0), odd = even;
  for (let index = 0; index < 16; index++) {
    const pair = pairOf(four, w, index);
    const at = x + (<usize>index << 3);
    even = f32x4.add(even, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(pair, 16), 16)), v128.load32_splat(at)));
    odd = f32x4.add(odd, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(pair, 16)), v128.load32_splat(at, 4)));
  }
  return f32x4.add(even, odd);
}

function sumOfInputs(x: usize): f32 {
  let sums = v128.load(x);
  for (let at: usize = 16; at < 128; at += 16) sums = f32x4.add(sums, v128.load(x + at));
  return f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
}

/** Four scales, or offsets, numbered from `index` on. */
// @ts-ignore: decorator
@inline
function storedFour(job: Product, all: usize, index: usize): v128 {
  return job.narrow != 0 ? fourOf<u16>(all + (index << 1)) : fourOf<f32>(all + (index << 2));
}

/** Blocks are added in double precision. */
export function multiplyExactly(job: Product, chunk: i32): void {
  const four = job.bits == 4, blocks = job.blocks;
  const bytes: usize = four ? 128 : 256;
  const end = min((chunk + 1) * job.outputsAtOnce, job.outputs);
  for (let n = chunk * job.outputsAtOnce; n < end; n += 4) {
    const half = <usize>((n >> 2) & 1);
    const integers = job.integers + half * 8;
    for (let m = 0; m < job.rows; m++) {
      let low = f64x2.splat(0), high = low;
      for (let i = 0; i < blocks; i++) {
        const place = <usize>((n >> 3) * blocks + i);
        const x = job.inputs + (<usize>(m * blocks + i) << 7);
        let sums = f32x4.mul(block(four, integers + place * bytes, x), storedFour(job, job.scales, (place << 3) + (half << 2)));
        if (job.factor != 0) {
          const offsets = f32x4.mul(storedFour(job, job.offsets, (place << 3) + (half << 2)), f32x4.splat(job.factor));
          sums = f32x4.add(sums, f32x4.mul(offsets, f32x4.splat(sumOfInputs(x))));
        }
        low = f64x2.add(low, f64x2.promote_low_f32x4(sums));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(sums, sums, 2, 3, 2, 3)));
      }
      put(job, m, n, v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5));
    }
  }
}
