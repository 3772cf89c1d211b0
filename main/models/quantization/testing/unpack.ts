import type { Int4Matrix, Int8Matrix } from '../packed-matrix';

/** What `MatMulNBits` computes from the packed form, in 32-bit floats: `(q - 8) scale`, then the offset. */
export function unpackInt4({ packed, scales, offsets }: Int4Matrix, rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, index) => {
    const block = Math.floor(index / 32);
    const row = Math.floor(index / columns);
    const byte = packed[index >> 1] ?? NaN;
    const level = (index % 2 === 0 ? byte & 15 : byte >> 4) - 8;
    const value = Math.fround(level * (scales[block] ?? NaN));
    return offsets ? value + (offsets[(block % (columns / 32)) * rows + row] ?? NaN) : value;
  });
}

/** As above with 8 bits: `(q - 128) scale`. */
export function unpackInt8({ packed, scales }: Int8Matrix): Float32Array {
  return Float32Array.from(packed, (byte, index) => (byte - 128) * (scales[Math.floor(index / 32)] ?? NaN));
}
