import { exponentials4, one4 } from './exponential';
import { Inputs, roundRow, rowsOfChunk } from './inputs';
import { setTwo } from './lanes';

/** Rows of inputs of products, and the 32-bit floats they are rounded from. Each job here does `rowsOfChunk` rows a chunk. */

/** How a row is normalised: 0 not at all; 1 by the root of its mean square; 2 less its mean, by its standard deviation, with a bias. */
const byDeviation: i32 = 2;

/** Sums in double precision. `width` is a multiple of 4, `bias` may be 0. */
export function normalizeRow(kind: i32, from: usize, width: i32, epsilon: f32, scale: usize, bias: usize, to: usize): void {
  const end = from + (<usize>width << 2);
  let mean: f64 = 0;
  if (kind == byDeviation) {
    let sums = f64x2.splat(0);
    for (let at = from; at < end; at += 8) sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.load64_zero(at)));
    mean = (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)) / <f64>width;
  }
  const mean2 = f64x2.splat(mean);
  let squares = f64x2.splat(0);
  for (let at = from; at < end; at += 8) {
    const x = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(at)), mean2);
    squares = f64x2.add(squares, f64x2.mul(x, x));
  }
  const square = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  const inverse = f32x4.splat(<f32>(1 / Math.sqrt(square / <f64>width + <f64>epsilon)));
  const mean4 = f32x4.splat(<f32>mean);
  for (let at = from; at < end; at += 16) {
    const x = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(at), mean4), inverse), v128.load(scale + (at - from)));
    v128.store(to + (at - from), bias == 0 ? x : f32x4.add(x, v128.load(bias + (at - from))));
  }
}

// @ts-ignore: decorator
@unmanaged
export class Normalization extends Inputs {
  /** 0: only rounded. */
  kind: i32;
  /** [rows, width] */
  from: usize;
  width: i32;
  epsilon: f32;
  scale: usize;
  bias: usize;
  /** [rows, width] */
  to: usize;
}

function normalizeOne(job: Normalization, row: i32): void {
  const at = <usize>(row * job.width) << 2;
  if (job.kind == 0) {
    roundRow(job, job.from + at, row);
    return;
  }
  normalizeRow(job.kind, job.from + at, job.width, job.epsilon, job.scale, job.bias, job.to + at);
  roundRow(job, job.to + at, row);
}

export function normalize(job: Normalization, chunk: i32): void {
  const together = rowsOfChunk(job.rows), end = min((chunk + 1) * together, job.rows);
  for (let row = chunk * together; row < end; row++) normalizeOne(job, row);
}

/** Activations, in the order of `activations` in the decoder's specification; the third is gelu by a hyperbolic tangent. */
const silu: i32 = 0;
const gelu: i32 = 1;

// @ts-ignore: decorator
@unmanaged
export class Activation extends Inputs {
  kind: i32;
  /** [rows, 2 · width], gates first, or without gates [rows, width] */
  from: usize;
  width: i32;
  gated: i32;
  /** [rows, width] */
  to: usize;
}

// @ts-ignore: decorator
@inline
function exponential(x: f64): f64 {
  return <f64>f32x4.extract_lane(exponentials4(f32x4.splat(<f32>x)), 0);
}

/** The error function, to 1.2e-7. @source Numerical Recipes, section 6.2.2: a Chebyshev fit */
function errorFunction(x: f64): f64 {
  const z = Math.abs(x);
  const t = 1 / (1 + 0.5 * z);
  const y =
    t * exponential(-z * z - 1.26551223 +
      t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 +
      t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return x >= 0 ? 1 - y : y - 1;
}

/** x times the sigmoid of `argument`. */
// @ts-ignore: decorator
@inline
function sigmoidTimes(x: v128, argument: v128): v128 {
  return f32x4.div(x, f32x4.add(one4(), exponentials4(f32x4.neg(argument))));
}

/** x times a sigmoid: of x itself, or, for gelu by a hyperbolic tangent, of twice the tangent's argument. */
// @ts-ignore: decorator
@inline
function activate4(kind: i32, x: v128): v128 {
  const cubic = f32x4.mul(f32x4.splat(1.5957691216057308), f32x4.add(x, f32x4.mul(f32x4.splat(0.044715), f32x4.mul(x, f32x4.mul(x, x)))));
  return sigmoidTimes(x, kind == silu ? x : cubic);
}

// @ts-ignore: decorator
@inline
function activate1(kind: i32, x: f32): f32 {
  if (kind == gelu) return <f32>(0.5 * <f64>x * (1 + errorFunction(<f64>x * 0.7071067811865476)));
  return f32x4.extract_lane(activate4(kind, f32x4.splat(x)), 0);
}

function activateOne(job: Activation, row: i32): void {
  const kind = job.kind, width = job.width, gated = job.gated != 0;
  const from = job.from + (<usize>(row * (gated ? 2 * width : width)) << 2);
  const up = from + (<usize>width << 2);
  const to = job.to + (<usize>(row * width) << 2);
  let i = 0;
  if (kind == silu && gated) {
    // Vectors of 256 bits, see wide-products.ts.
    for (; i + 8 <= width; i += 8) {
      const x = from + (<usize>i << 2), y = up + (<usize>i << 2);
      const a = v128.load(x), b = v128.load(x, 16);
      setTwo(to + (<usize>i << 2), f32x4.mul(sigmoidTimes(a, a), v128.load(y)), f32x4.mul(sigmoidTimes(b, b), v128.load(y, 16)));
    }
  }
  if (kind != gelu) {
    for (; i + 4 <= width; i += 4) {
      const at = <usize>i << 2;
      const x = activate4(kind, v128.load(from + at));
      v128.store(to + at, gated ? f32x4.mul(x, v128.load(up + at)) : x);
    }
  }
  for (; i < width; i++) {
    const at = <usize>i << 2;
    const x = activate1(kind, f32.load(from + at));
    f32.store(to + at, gated ? x * f32.load(up + at) : x);
  }
  roundRow(job, to, row);
}

export function activate(job: Activation, chunk: i32): void {
  const together = rowsOfChunk(job.rows), end = min((chunk + 1) * together, job.rows);
  for (let row = chunk * together; row < end; row++) activateOne(job, row);
}
