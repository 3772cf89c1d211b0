import { halfValues } from '../element-types';

/**
 * One block of 32 values.
 * @param at where the block begins in `view`
 * @param to where its values go in `values`
 */
export type BlockReader = (view: DataView, at: number, values: Float32Array, to: number) => void;

export function halfAt(view: DataView, at: number): number {
  return halfValues()[view.getUint16(at, true)] ?? NaN;
}

/** `d` (half), 32 signed bytes `q`: `q d`. */
export const readQ8Zero: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  for (let i = 0; i < 32; i++) values[to + i] = view.getInt8(at + 2 + i) * d;
};

/** `d` (half), 16 bytes of which byte `j` holds element `j` (low) and `j + 16` (high): `(q - 8) d`. */
export const readQ4Zero: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  for (let j = 0; j < 16; j++) {
    const byte = view.getUint8(at + 2 + j);
    values[to + j] = ((byte & 15) - 8) * d;
    values[to + 16 + j] = ((byte >> 4) - 8) * d;
  }
};

/** `d`, `m` (halves), 16 bytes as in Q4_0: `q d + m`. */
export const readQ4One: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  const m = halfAt(view, at + 2);
  for (let j = 0; j < 16; j++) {
    const byte = view.getUint8(at + 4 + j);
    values[to + j] = (byte & 15) * d + m;
    values[to + 16 + j] = (byte >> 4) * d + m;
  }
};

/** `d` (half), 32 bits of which bit `i` is the fifth of element `i`, 16 bytes as in Q4_0: `(q - 16) d`. */
export const readQ5Zero: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  const high = view.getUint32(at + 2, true);
  for (let j = 0; j < 16; j++) {
    const byte = view.getUint8(at + 6 + j);
    values[to + j] = (((byte & 15) | (((high >>> j) & 1) << 4)) - 16) * d;
    values[to + 16 + j] = (((byte >> 4) | (((high >>> (16 + j)) & 1) << 4)) - 16) * d;
  }
};

/** `d`, `m` (halves), bits and bytes as in Q5_0: `q d + m`. */
export const readQ5One: BlockReader = (view, at, values, to) => {
  const d = halfAt(view, at);
  const m = halfAt(view, at + 2);
  const high = view.getUint32(at + 4, true);
  for (let j = 0; j < 16; j++) {
    const byte = view.getUint8(at + 8 + j);
    values[to + j] = ((byte & 15) | (((high >>> j) & 1) << 4)) * d + m;
    values[to + 16 + j] = ((byte >> 4) | (((high >>> (16 + j)) & 1) << 4)) * d + m;
  }
};
