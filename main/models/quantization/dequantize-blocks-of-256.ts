import { type BlockReader, halfAt } from './dequantize-blocks-of-32';

/** The 6-bit scale of sub-block `j` of 8, from the 12 bytes at `at` that hold 8 scales and 8 minima. */
function scaleAt(view: DataView, at: number, j: number): number {
  if (j < 4) return view.getUint8(at + j) & 63;
  return (view.getUint8(at + j + 4) & 15) | ((view.getUint8(at + j - 4) >> 6) << 4);
}

/** The 6-bit minimum of sub-block `j`, from the same bytes. */
function minimumAt(view: DataView, at: number, j: number): number {
  if (j < 4) return view.getUint8(at + j + 4) & 63;
  return (view.getUint8(at + j + 4) >> 4) | ((view.getUint8(at + j) >> 6) << 4);
}

/**
 * `d`, `dmin` (halves), 12 bytes of scales `s` and minima `m` for 8 sub-blocks of 32, 128 bytes of which 32 at a time hold two
 * sub-blocks, the first in the low halves: `q d s - dmin m`.
 */
export const readQ4K: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  const dmin = halfAt(view, at + 2);
  for (let j = 0; j < 8; j++) {
    const scale = d * scaleAt(view, at + 4, j);
    const minimum = dmin * minimumAt(view, at + 4, j);
    const from = at + 16 + 32 * (j >> 1);
    const shift = 4 * (j & 1);
    for (let i = 0; i < 32; i++) values[to + 32 * j + i] = scale * ((view.getUint8(from + i) >> shift) & 15) - minimum;
  }
};

/** As Q4_K, with 32 bytes before the last 128: bit `j` of byte `i` is the fifth of element `i` of sub-block `j`. */
export const readQ5K: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  const dmin = halfAt(view, at + 2);
  for (let j = 0; j < 8; j++) {
    const scale = d * scaleAt(view, at + 4, j);
    const minimum = dmin * minimumAt(view, at + 4, j);
    const from = at + 48 + 32 * (j >> 1);
    const shift = 4 * (j & 1);
    for (let i = 0; i < 32; i++) {
      const q = ((view.getUint8(from + i) >> shift) & 15) | (((view.getUint8(at + 16 + i) >> j) & 1) << 4);
      values[to + 32 * j + i] = scale * q - minimum;
    }
  }
};

/**
 * 128 bytes of low halves, 64 of upper pairs of bits, 16 signed scales `s` for sub-blocks of 16, `d` (half): `(q - 32) d s`.
 * Either half of the block takes 64 bytes of the first and 32 of the second for four runs of 32: the low halves of its first and
 * its second 32 bytes, then the high ones; run `g` has its upper bits at `2 g`.
 */
export const readQ6K: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at + 208);
  for (let run = 0; run < 8; run++) {
    const g = run & 3;
    const low = at + 64 * (run >> 2) + 32 * (g & 1);
    const high = at + 128 + 32 * (run >> 2);
    const shift = 4 * (g >> 1);
    const first = d * view.getInt8(at + 192 + 2 * run);
    const second = d * view.getInt8(at + 193 + 2 * run);
    for (let i = 0; i < 32; i++) {
      const q = ((view.getUint8(low + i) >> shift) & 15) | (((view.getUint8(high + i) >> (2 * g)) & 3) << 4);
      values[to + 32 * run + i] = (i < 16 ? first : second) * (q - 32);
    }
  }
};
