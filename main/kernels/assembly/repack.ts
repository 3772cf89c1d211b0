/*
 * Integers from the order they are stored in to the one that products read, in place.
 */

// @ts-ignore: decorator
@unmanaged
export class Repacking {
  bits: i32;
  integers: usize;
  blocks: i32;
  /** Or 0: f32 [blocks], to which -8 times the scale is added, for integers that stay above 0. */
  offsets: usize;
  scales: usize;
}

/** Of a chunk. */
const blocksAtOnce: i32 = 1024;

/** Stored: element 2j in the low half of byte j, 2j + 1 in the high. Read: lane j holds elements j, 8 + j, 16 + j, 24 + j. */
function repackFour(at: usize): void {
  const low = v128.and(v128.load(at), i8x16.splat(15));
  const high = v128.and(i16x8.shr_u(v128.load(at), 4), i8x16.splat(15));
  // Elements 0 to 15, and 16 to 31, a byte each.
  const first = i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const second = i8x16.shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const a = i16x8.extend_low_i8x16_u(first);
  const b = i16x8.shl(i16x8.extend_high_i8x16_u(first), 4);
  const c = i16x8.shl(i16x8.extend_low_i8x16_u(second), 8);
  const d = i16x8.shl(i16x8.extend_high_i8x16_u(second), 12);
  v128.store(at, v128.or(v128.or(a, b), v128.or(c, d)));
}

export function repack(job: Repacking, chunk: i32): void {
  const first = chunk * blocksAtOnce;
  const end = min(first + blocksAtOnce, job.blocks);
  const centre = i8x16.splat(-128);
  for (let block = first; block < end; block++) {
    if (job.bits == 4) {
      repackFour(job.integers + (<usize>block << 4));
      if (job.offsets != 0) {
        const offset = job.offsets + (<usize>block << 2);
        f32.store(offset, f32.load(offset) - 8 * f32.load(job.scales + (<usize>block << 2)));
      }
    } else {
      const at = job.integers + (<usize>block << 5);
      v128.store(at, v128.xor(v128.load(at), centre));
      v128.store(at, v128.xor(v128.load(at, 16), centre), 16);
    }
  }
}
