import { floatOf } from './halves';
import { Inputs } from './inputs';
import { total4 } from './lanes';

/*
 * Logits of single tokens, from copies of their rows of the unembedding, each by itself: integers of 8 bits, then scales, then offsets, one of each
 * for every block. Where they lie for products a row is spread over as many lines of memory as all that lie with it.
 */

// @ts-ignore: decorator
@unmanaged
export class TokenRows {
  /** [count] tokens, and where each of them goes among the copies. */
  tokens: usize;
  places: usize;
  /** The unembedding: see products.ts and byte-products.ts. */
  bits: i32;
  together: i32;
  inBytes: i32;
  narrow: i32;
  integers: usize;
  scales: usize;
  offsets: usize;
  factor: f32;
  blocks: i32;
  copies: usize;
  /** Of a copy. */
  bytes: i32;
}

/** Four neighbouring elements of a row of weights as bytes, `lane` of those that lie together. */
// @ts-ignore: decorator
@inline
function fourElements(job: TokenRows, from: usize, lane: i32, index: i32): i32 {
  const together = job.together;
  if (job.bits == 8) {
    if (job.inBytes != 0) return i32.load(from + <usize>(((index >> 2) * together + lane) << 2)) ^ <i32>0x8080_8080;
    const pair = from + <usize>(((index >> 1) * together + lane) << 1);
    return i32.load16_u(pair) | (i32.load16_u(pair + <usize>(together << 1)) << 16);
  }
  if (job.inBytes != 0) return (i32.load(from + <usize>(((index >> 3) * together + lane) << 2)) >>> (index & 4)) & 0x0f0f_0f0f;
  const two = i32.load16_u(from + <usize>(((index >> 2) * together + lane) << 1));
  return (two & 0x0f0f) | ((two & 0xf0f0) << 12);
}

function floatAt(at: usize, index: i32, narrow: bool): f32 {
  return narrow ? floatOf(i32.load16_u(at + (<usize>index << 1))) : f32.load(at + (<usize>index << 2));
}

/** Chunks: tokens. */
export function copyToken(job: TokenRows, chunk: i32): void {
  const token = i32.load(job.tokens + (<usize>chunk << 2)), blocks = job.blocks, together = job.together;
  const group = token / together, lane = token % together;
  const from = job.integers + <usize>(group * together * blocks) * (<usize>job.bits << 2);
  const to = job.copies + <usize>i32.load(job.places + (<usize>chunk << 2)) * <usize>job.bytes;
  for (let index = 0; index < blocks << 5; index += 4) i32.store(to + <usize>index, fourElements(job, from, lane, index));
  const scales = to + (<usize>blocks << 5), offsets = scales + (<usize>blocks << 2);
  for (let block = 0; block < blocks; block++) {
    const index = (group * blocks + block) * together + lane;
    f32.store(scales + (<usize>block << 2), floatAt(job.scales, index, job.narrow != 0));
    f32.store(offsets + (<usize>block << 2), floatAt(job.offsets, index, job.narrow != 0) * job.factor);
  }
}

/** A row of inputs, rounded as if it were alone, with a copy of a token's weights; the bits of the whole product, where nothing has offsets. */
export function logitOf(copy: usize, x: usize, scale: usize, sum: usize, blocks: i32): f32 {
  let w = copy, s = copy + (<usize>blocks << 5), total: f32 = 0;
  const offsets = <usize>blocks << 2;
  for (const end = s; w < end; w += 32, x += 64) {
    const one = i32x4.add(
      i32x4.dot_i16x8_s(v128.load8x8_s(w), v128.load(x)),
      i32x4.dot_i16x8_s(v128.load8x8_s(w, 8), v128.load(x, 16)),
    );
    const other = i32x4.add(
      i32x4.dot_i16x8_s(v128.load8x8_s(w, 16), v128.load(x, 32)),
      i32x4.dot_i16x8_s(v128.load8x8_s(w, 24), v128.load(x, 48)),
    );
    total += <f32>total4(i32x4.add(one, other)) * (f32.load(s) * f32.load(scale)) + f32.load(s + offsets) * f32.load(sum);
    s += 4;
    scale += 4;
    sum += 4;
  }
  return total;
}

/** Rows of the residual stream, each rounded as if it were alone. */
// @ts-ignore: decorator
@unmanaged
export class LensRows extends Inputs {
  copies: usize;
  /** Of a copy. */
  bytes: i32;
  /** [V] where the copy of each token is, or -1. */
  places: usize;
  /** [rows, most] tokens, [rows] how many there are. */
  listed: usize;
  counts: usize;
  most: i32;
  /** [rows, stride] their logits, up to the stride minus infinity. */
  logits: usize;
  stride: i32;
}

/** Logits of what is listed for a row. */
export function readListed(job: LensRows, row: i32): void {
  const blocks = job.blocks, padded = (blocks + 3) & ~3, count = i32.load(job.counts + (<usize>row << 2));
  const x = job.integers + (<usize>(row * blocks) << 6), floats = <usize>(row * padded) << 2;
  const listed = job.listed + (<usize>(row * job.most) << 2), to = job.logits + (<usize>(row * job.stride) << 2);
  for (let index = 0; index < count; index++) {
    const place = i32.load(job.places + (<usize>i32.load(listed + (<usize>index << 2)) << 2));
    const copy = job.copies + <usize>place * <usize>job.bytes;
    f32.store(to + (<usize>index << 2), place < 0 ? -Infinity : logitOf(copy, x, job.scales + floats, job.sums + floats, blocks));
  }
  for (let index = count; index < job.stride; index++) f32.store(to + (<usize>index << 2), -Infinity);
}

/** Chunks: rows. */
export function readCandidates(job: LensRows, chunk: i32): void {
  readListed(job, chunk);
}
