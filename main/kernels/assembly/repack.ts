/*
 * Eight rows of weights from the order they are stored in to the one that products read: see products.ts and byte-products.ts.
 */

// @ts-ignore: decorator
@unmanaged
export class Repacking {
  /** 4 or 8: integers; 32: floats, scales or offsets. */
  bits: i32;
  /** 1: integers of 4 bits as byte-products.ts reads them. */
  inBytes: i32;
  /** Rows as they are stored, a multiple of eight. */
  from: usize;
  to: usize;
  /** Of a row. */
  blocks: i32;
  /** Or 0: scales in their new place, of which eight times is taken from what is repacked, as integers stay above 0. */
  scales: usize;
}

/** Stored: element 2j in the low half of byte j, 2j + 1 in the high. Four elements of a row are two bytes: the even ones, and the odd. */
function repackFour(from: usize, to: usize, blocks: i32): void {
  const size = <usize>blocks << 4;
  for (let row = 0; row < 8; row++) {
    for (let at: usize = 0; at < size; at += 2) {
      const two = i32.load16_u(from + <usize>row * size + at);
      const even = (two & 0x0f) | ((two >> 4) & 0xf0), odd = ((two >> 4) & 0x0f) | ((two >> 8) & 0xf0);
      i32.store16(to + (at << 3) + (<usize>row << 1), even | (odd << 8));
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
function repackBytes(from: usize, to: usize, blocks: i32): void {
  const size = <usize>blocks << 4;
  for (let row = 0; row < 8; row++) {
    for (let at: usize = 0; at < size; at += 4) {
      const eight = i32.load(from + <usize>row * size + at);
      i32.store(to + (at << 3) + (<usize>row << 2), spread(eight) | (spread(eight >>> 16) << 4));
    }
  }
}

function repackEight(from: usize, to: usize, blocks: i32): void {
  const size = <usize>blocks << 5;
  for (let row = 0; row < 8; row++) {
    for (let at: usize = 0; at < size; at += 2) {
      i32.store16(to + (at << 3) + (<usize>row << 1), i32.load16_u(from + <usize>row * size + at) ^ 0x8080);
    }
  }
}

function repackFloats(from: usize, to: usize, blocks: i32, scales: usize): void {
  const size = <usize>blocks << 2;
  for (let row = 0; row < 8; row++) {
    for (let at: usize = 0; at < size; at += 4) {
      const place = (at << 3) + (<usize>row << 2);
      const value = f32.load(from + <usize>row * size + at);
      f32.store(to + place, scales == 0 ? value : value - 8 * f32.load(scales + place));
    }
  }
}

/** Chunks: eights of rows. */
export function repack(job: Repacking, chunk: i32): void {
  const blocks = job.blocks;
  const at = <usize>(chunk * blocks) * (job.bits == 32 ? 32 : <usize>job.bits << 5);
  if (job.inBytes != 0 && job.bits == 4) repackBytes(job.from + at, job.to + at, blocks);
  else if (job.bits == 4) repackFour(job.from + at, job.to + at, blocks);
  else if (job.bits == 8) repackEight(job.from + at, job.to + at, blocks);
  else repackFloats(job.from + at, job.to + at, blocks, job.scales == 0 ? 0 : job.scales + at);
}
