import { bytesOfFours, bytesOfOne } from './byte-products';
import { inFours, tooLarge } from './inputs';
import { setTwo } from './lanes';
import { put } from './products';
import { prepareRoom, roomOfThread, WideProduct } from './sixteens';
import { thread } from './thread';
import { pairsOfFours, pairsOfOne } from './wide-products';

/*
 * Products of sixteen rows of weights at a time, with the loops of wide-products.ts or byte-products.ts.
 *
 * S is the type of scales and offsets, f32 or u16 for halves; Q of a quarter of a block of one row of weights, u32 in 4 bits, u64 in 8; I of what an
 * input is multiplied as, i16 or i8.
 */

/** Puts what sixteen rows of weights from `n` on give for as many rows of inputs from `m` on as meet them at once. */
function multiplySixteen<S, Q, I>(job: WideProduct, n: i32, m: i32, rows: i32, room: usize): void {
  const blocks = job.blocks, sixteen = <usize>((n >> 4) * blocks);
  const w = job.integers + (sixteen << 6) * sizeof<Q>(), s = job.scales + (sixteen << 4) * sizeof<S>(), o = job.offsets + (sixteen << 4) * sizeof<S>();
  const x = job.inputs + (<usize>(m * blocks) << 6), apart = job.inputSums - job.inputScales;
  const fours = (rows + 3) >> 2;
  for (let at: usize = 0; at < <usize>fours << 8; at += 32) setTwo(room + at, f32x4.splat(0), f32x4.splat(0));
  if (inFours(job.rows)) {
    const xs = job.inputScales + (<usize>(m * blocks) << 2);
    if (sizeof<I>() == 1) bytesOfFours<S, Q>(w, x, s, o, xs, apart, room, blocks, fours);
    else pairsOfFours<S, Q>(w, x, s, o, xs, apart, room, blocks, fours);
  } else {
    const xs = job.inputScales + (<usize>(m * ((blocks + 3) & ~3)) << 2);
    if (sizeof<I>() == 1) bytesOfOne<S, Q>(w, x, s, o, xs, apart, room, blocks);
    else pairsOfOne<S, Q>(w, x, s, o, xs, apart, room, blocks);
  }
  for (let row = m, sums = room; row < m + rows; row++, sums += 64) {
    put(job, row, n, v128.load(sums));
    put(job, row, n + 4, v128.load(sums, 16));
    put(job, row, n + 8, v128.load(sums, 32));
    put(job, row, n + 12, v128.load(sums, 48));
  }
}

function multiplyStored<S, Q, I>(job: WideProduct, chunk: i32): void {
  const together = inFours(job.rows) ? 8 : 1;
  const first = chunk * job.outputsAtOnce, end = min(first + job.outputsAtOnce, job.outputs);
  const room = job.room + <usize>thread * roomOfThread;
  const mask = sizeof<I>() == 1 ? 0x0f0f0f0f : 0x000f000f;
  // Sums of inputs in bytes have a factor of their own: see inputs.ts.
  prepareRoom<S>(room, mask, sizeof<I>() == 1 ? job.factor / <f32>tooLarge : job.factor);
  // Weights are fetched from memory once for twice four rows of inputs.
  for (let m = 0; m < job.rows; m += together)
    for (let n = first; n < end; n += 16) multiplySixteen<S, Q, I>(job, n, m, min(together, job.rows - m), room);
}

// @ts-ignore: decorator
@inline
function multiplyAs<I>(job: WideProduct, chunk: i32): void {
  if (job.bits == 4) {
    if (job.narrow != 0) multiplyStored<u16, u32, I>(job, chunk);
    else multiplyStored<f32, u32, I>(job, chunk);
  } else {
    if (job.narrow != 0) multiplyStored<u16, u64, I>(job, chunk);
    else multiplyStored<f32, u64, I>(job, chunk);
  }
}

export function multiplyWide(job: WideProduct, chunk: i32): void {
  multiplyAs<i16>(job, chunk);
}

export function multiplyBytes(job: WideProduct, chunk: i32): void {
  multiplyAs<i8>(job, chunk);
}
