import { largest4, sum4 } from './lanes';

/*
 * What a sketch is made with (see sketch.ts): directions in which some rows mostly lie, and how far numbers reach that are to become bytes.
 */

/** What most of some rows lies along. */
// @ts-ignore: decorator
@unmanaged
export class Subspace {
  /** [rows, width] */
  from: usize;
  rows: i32;
  width: i32;
  /** [count, width] directions, and what the product of the rows' transpose, the rows and these is. */
  directions: usize;
  to: usize;
}

/** Chunks: directions. */
export function iterateSubspace(job: Subspace, chunk: i32): void {
  const bytes = <usize>job.width << 2;
  const direction = job.directions + <usize>chunk * bytes, to = job.to + <usize>chunk * bytes;
  memory.fill(to, 0, bytes);
  for (let row = job.from, end = row + <usize>job.rows * bytes; row < end; row += bytes) {
    let a = f32x4.splat(0), b = a;
    for (let at: usize = 0; at < bytes; at += 32) {
      a = f32x4.add(a, f32x4.mul(v128.load(row + at), v128.load(direction + at)));
      b = f32x4.add(b, f32x4.mul(v128.load(row + at, 16), v128.load(direction + at, 16)));
    }
    const product = f32x4.splat(sum4(f32x4.add(a, b)));
    for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(v128.load(row + at), product)));
  }
}

/** How far some rows of numbers reach. */
// @ts-ignore: decorator
@unmanaged
export class Reach {
  /** [rows, width] */
  from: usize;
  width: i32;
  /** [rows] the middle of a row's numbers, and how far they are from it. */
  middles: usize;
  sizes: usize;
}

/** Chunks: rows. */
export function measureReach(job: Reach, chunk: i32): void {
  const from = job.from + (<usize>chunk * <usize>job.width << 2), end = from + (<usize>job.width << 2);
  let least = f32x4.splat(Infinity), most = f32x4.splat(-Infinity), at = from;
  for (; at + 16 <= end; at += 16) {
    const four = v128.load(at);
    least = f32x4.pmin(least, four);
    most = f32x4.pmax(most, four);
  }
  let low = -largest4(f32x4.neg(least)), high = largest4(most);
  for (; at < end; at += 4) {
    low = min(low, f32.load(at));
    high = max(high, f32.load(at));
  }
  f32.store(job.middles + (<usize>chunk << 2), (low + high) / 2);
  f32.store(job.sizes + (<usize>chunk << 2), (high - low) / 2);
}
