import { sum4 } from './lanes';

/** As `Product`, with inputs that are not rounded: 32-bit floats [M, K]. Slower; for checks. */
// @ts-ignore: decorator
@unmanaged
export class ExactProduct {
  bits: i32;
  integers: usize;
  scales: usize;
  offsets: usize;
  factor: f32;
  blocks: i32;
  outputs: i32;
  outputsAtOnce: i32;
  rows: i32;
  /** [M, K] */
  inputs: usize;
  to: usize;
  stride: i32;
  bias: usize;
  adds: i32;
}

/** Eight 16-bit integers with eight inputs. */
// @ts-ignore: decorator
@inline
function part(integers: v128, x: usize): v128 {
  const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(integers));
  const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(integers));
  return f32x4.add(f32x4.mul(low, v128.load(x)), f32x4.mul(high, v128.load(x, 16)));
}

function block(four: bool, w: usize, x: usize): v128 {
  const q = v128.load(w);
  if (four) {
    const mask = i16x8.splat(15);
    return f32x4.add(
      f32x4.add(part(v128.and(q, mask), x), part(v128.and(i16x8.shr_u(q, 4), mask), x + 32)),
      f32x4.add(part(v128.and(i16x8.shr_u(q, 8), mask), x + 64), part(i16x8.shr_u(q, 12), x + 96)),
    );
  }
  const p = v128.load(w, 16);
  return f32x4.add(
    f32x4.add(part(i16x8.extend_low_i8x16_s(q), x), part(i16x8.extend_high_i8x16_s(q), x + 32)),
    f32x4.add(part(i16x8.extend_low_i8x16_s(p), x + 64), part(i16x8.extend_high_i8x16_s(p), x + 96)),
  );
}

/** Blocks are added in double precision. */
export function multiplyExactly(job: ExactProduct, chunk: i32): void {
  const four = job.bits == 4, blocks = job.blocks;
  const bytes: usize = four ? 16 : 32;
  const end = min((chunk + 1) * job.outputsAtOnce, job.outputs);
  for (let n = chunk * job.outputsAtOnce; n < end; n++) {
    for (let m = 0; m < job.rows; m++) {
      let total: f64 = job.bias == 0 ? 0 : <f64>f32.load(job.bias + (<usize>n << 2));
      for (let i = 0; i < blocks; i++) {
        const place = <usize>(n * blocks + i);
        const x = job.inputs + (<usize>(m * blocks + i) << 7);
        total += <f64>sum4(block(four, job.integers + place * bytes, x)) * <f64>f32.load(job.scales + (place << 2));
        if (job.offsets == 0) continue;
        let inputs = f32x4.splat(0);
        for (let at: usize = 0; at < 128; at += 16) inputs = f32x4.add(inputs, v128.load(x + at));
        total += <f64>sum4(inputs) * <f64>(f32.load(job.offsets + (place << 2)) * job.factor);
      }
      const to = job.to + (<usize>(m * job.stride + n) << 2);
      f32.store(to, <f32>(job.adds != 0 ? total + <f64>f32.load(to) : total));
    }
  }
}
