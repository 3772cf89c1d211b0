import { type Int4Matrix, type Int8Matrix, packedBlock } from './packed-matrix';

/** What `MatMulNBits` computes from the packed form, in 32-bit floats: `(q - 8) scale`, then the offset. [N, K], row-major */
export function unpackInt4({ packed, scales, offsets }: Int4Matrix): Float32Array {
  const values = new Float32Array(2 * packed.length);
  for (let block = 0; block < scales.length; block++) {
    const scale = scales[block] ?? NaN;
    const offset = offsets ? (offsets[block] ?? NaN) : 0;
    for (let j = 0; j < packedBlock / 2; j++) {
      const byte = packed[(block * packedBlock) / 2 + j] ?? NaN;
      const at = block * packedBlock + 2 * j;
      values[at] = Math.fround(((byte & 15) - 8) * scale) + offset;
      values[at + 1] = Math.fround(((byte >> 4) - 8) * scale) + offset;
    }
  }
  return values;
}

/** As above with 8 bits: `(q - 128) scale`. */
export function unpackInt8({ packed, scales }: Int8Matrix): Float32Array {
  const values = new Float32Array(packed.length);
  for (let i = 0; i < packed.length; i++) values[i] = ((packed[i] ?? NaN) - 128) * (scales[Math.floor(i / packedBlock)] ?? NaN);
  return values;
}
