/*
 * Rows of weights that lie together, eight or sixteen, from the order they are stored in to the one that products read: see products.ts and byte-products.ts.
 */

// @ts-ignore: decorator
@unmanaged
export class Repacking {
  /** 4 or 8: integers; 32: floats, scales or offsets. */
  bits: i32;
  /** How many rows lie together, 8 or 16. */
  together: i32;
  /** 1: integers as byte-products.ts reads them. */
  inBytes: i32;
  /** Rows as they are stored, a multiple of those that lie together. */
  from: usize;
  to: usize;
  /** Of a row. */
  blocks: i32;
  /** Or 0: scales in their new place, of which eight times is taken from what is repacked, as integers stay above 0. */
  scales: usize;
}

/** Stored: element 2j in the low half of byte j, 2j + 1 in the high. Four elements of a row are two bytes: the even ones, and the odd. */
function repackFour(from: usize, to: usize, blocks: i32, together: i32): void {
  const size = <usize>blocks << 4;
  for (let row = 0; row < together; row++) {
    for (let at: usize = 0; at < size; at += 2) {
      const two = i32.load16_u(from + <usize>row * size + at);
      const even = (two & 0x0f) | ((two >> 4) & 0xf0), odd = ((two >> 4) & 0x0f) | ((two >> 8) & 0xf0);
      i32.store16(to + at * <usize>together + (<usize>row << 1), even | (odd << 8));
    }
  }
}

/** Four halves of bytes, side by side, as four bytes. */
// @ts-ignore: decorator
@inline
function spread(halves: i32): i32 {
  return (halves & 0x0f) | ((halves & 0xf0) << 4) | ((halves & 0xf00) << 8) | ((halves & 0xf000) << 12);
}

/** Eight elements of a row are four bytes: the first four of them in the low halves, the last in the high. */
function repackBytes(from: usize, to: usize, blocks: i32, together: i32): void {
  const size = <usize>blocks << 4;
  for (let row = 0; row < together; row++) {
    for (let at: usize = 0; at < size; at += 4) {
      const eight = i32.load(from + <usize>row * size + at);
      i32.store(to + at * <usize>together + (<usize>row << 2), spread(eight) | (spread(eight >>> 16) << 4));
    }
  }
}

function repackEight(from: usize, to: usize, blocks: i32, together: i32): void {
  const size = <usize>blocks << 5;
  for (let row = 0; row < together; row++) {
    for (let at: usize = 0; at < size; at += 2) {
      i32.store16(to + at * <usize>together + (<usize>row << 1), i32.load16_u(from + <usize>row * size + at) ^ 0x8080);
    }
  }
}

/** Words of four bytes as they are: floats, or four elements in 8 bits, 128 too large. */
function repackWords(from: usize, to: usize, words: i32, together: i32): void {
  const size = <usize>words << 2;
  for (let row = 0; row < together; row++) {
    for (let at: usize = 0; at < size; at += 4) {
      i32.store(to + at * <usize>together + (<usize>row << 2), i32.load(from + <usize>row * size + at));
    }
  }
}

/** Chunks: rows that lie together. */
export function repack(job: Repacking, chunk: i32): void {
  const blocks = job.blocks, together = job.together;
  const count = blocks * together;
  const at = <usize>(chunk * count) * (job.bits == 32 ? 4 : <usize>job.bits << 2);
  const from = job.from + at, to = job.to + at;
  if (job.bits == 32) {
    repackWords(from, to, blocks, together);
    if (job.scales != 0) lower(to, job.scales + at, count);
  } else if (job.inBytes != 0) {
    if (job.bits == 4) repackBytes(from, to, blocks, together);
    else repackWords(from, to, blocks << 3, together);
  } else {
    if (job.bits == 4) repackFour(from, to, blocks, together);
    else repackEight(from, to, blocks, together);
  }
}

/** Takes eight times the scales from offsets that are where they belong. */
function lower(offsets: usize, scales: usize, count: i32): void {
  for (let at: usize = 0; at < <usize>count << 2; at += 4) f32.store(offsets + at, f32.load(offsets + at) - 8 * f32.load(scales + at));
}
