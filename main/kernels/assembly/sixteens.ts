import { keptBits, largerBy, smaller4 } from './halves';
import { setTwo } from './lanes';
import { ofBlock, RoundedProduct } from './products';

/*
 * What products of sixteen rows of weights at a time have in common, in pairs (wide-products.ts) or in bytes (byte-products.ts). The sixteen lie
 * together, block after block, and so do their scales and offsets, [N / 16, blocks, 16], so that all of a matrix is read as it lies. Rows that the
 * last sixteen lack are zero.
 *
 * A thread has room for the sums of twice four rows of inputs, 64 bytes each, and after them for what an operation can load in all lanes at once or
 * is needed again for every row of inputs.
 */

const maskAt: usize = 512;
const factorAt: usize = 516;
const halfMaskAt: usize = 520;
const largerAt: usize = 524;
const scalesAt: usize = 544;
const offsetsAt: usize = 608;
/** Whole lines of a processor’s cache, two and two: no thread waits for what another one writes. */
export const roomOfThread: usize = 768;

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

/** The mask that `prepareRoom` was given. */
// @ts-ignore: decorator
@inline
export function maskOf(room: usize): v128 {
  return v128.load32_splat(room + maskAt);
}

/** Scales or offsets of the first four rows of weights, and of the last: of type S, f32 or u16 for halves, which are still to be multiplied. */
// @ts-ignore: decorator
@inline
function firstStored<S>(at: usize, halfMask: v128): v128 {
  if (isFloat<S>()) return v128.load(at);
  return smaller4(v128.load16x4_s(at), halfMask);
}

// @ts-ignore: decorator
@inline
function lastStored<S>(at: usize, halfMask: v128): v128 {
  if (isFloat<S>()) return v128.load(at, 16);
  return smaller4(v128.load16x4_s(at, 8), halfMask);
}

// @ts-ignore: decorator
@inline
function larger<S>(stored: v128, by: v128): v128 {
  if (isFloat<S>()) return stored;
  return f32x4.mul(stored, by);
}

/** What a block gives for one row of inputs, added to the sums so far. */
// @ts-ignore: decorator
@inline
function addBlock(
  to: usize, first: v128, last: v128, scales: v128, lastScales: v128, offsets: v128, lastOffsets: v128, input: v128, inputSum: v128,
): void {
  setTwo(
    to,
    f32x4.add(v128.load(to), ofBlock(first, scales, offsets, input, inputSum)),
    f32x4.add(v128.load(to, 16), ofBlock(last, lastScales, lastOffsets, input, inputSum)),
  );
}

/** Puts scales and offsets of a block of sixteen rows of weights where rows of inputs find them. */
// @ts-ignore: decorator
@inline
export function putScales<S>(room: usize, s: usize, o: usize): void {
  const factor = v128.load32_splat(room + factorAt), halfMask = v128.load32_splat(room + halfMaskAt), by = v128.load32_splat(room + largerAt);
  const t = s + 8 * sizeof<S>(), p = o + 8 * sizeof<S>();
  setTwo(room + scalesAt, larger<S>(firstStored<S>(s, halfMask), by), larger<S>(lastStored<S>(s, halfMask), by));
  setTwo(room + scalesAt + 32, larger<S>(firstStored<S>(t, halfMask), by), larger<S>(lastStored<S>(t, halfMask), by));
  setTwo(room + offsetsAt, f32x4.mul(firstStored<S>(o, halfMask), factor), f32x4.mul(lastStored<S>(o, halfMask), factor));
  setTwo(room + offsetsAt + 32, f32x4.mul(firstStored<S>(p, halfMask), factor), f32x4.mul(lastStored<S>(p, halfMask), factor));
}

/** What a block gives for one row of inputs, added to its sums: by the first eight rows of weights, and behind them by the others. @param room as `putScales` left it */
// @ts-ignore: decorator
@inline
export function addBlocks(to: usize, room: usize, a: v128, b: v128, c: v128, d: v128, input: v128, inputSum: v128): void {
  const first = room + scalesAt, offset = room + offsetsAt;
  addBlock(to, a, b, v128.load(first), v128.load(first, 16), v128.load(offset), v128.load(offset, 16), input, inputSum);
  addBlock(to + 32, c, d, v128.load(first, 32), v128.load(first, 48), v128.load(offset, 32), v128.load(offset, 48), input, inputSum);
}

/** … with scales and offsets as they are stored, which a single row of inputs meets once. */
// @ts-ignore: decorator
@inline
export function addStoredBlocks<S>(room: usize, s: usize, o: usize, a: v128, b: v128, c: v128, d: v128, input: v128, inputSum: v128): void {
  const factor = v128.load32_splat(room + factorAt), halfMask = v128.load32_splat(room + halfMaskAt), by = v128.load32_splat(room + largerAt);
  const t = s + 8 * sizeof<S>(), p = o + 8 * sizeof<S>();
  addBlock(
    room, a, b, larger<S>(firstStored<S>(s, halfMask), by), larger<S>(lastStored<S>(s, halfMask), by),
    f32x4.mul(firstStored<S>(o, halfMask), factor), f32x4.mul(lastStored<S>(o, halfMask), factor), input, inputSum,
  );
  addBlock(
    room + 32, c, d, larger<S>(firstStored<S>(t, halfMask), by), larger<S>(lastStored<S>(t, halfMask), by),
    f32x4.mul(firstStored<S>(p, halfMask), factor), f32x4.mul(lastStored<S>(p, halfMask), factor), input, inputSum,
  );
}
