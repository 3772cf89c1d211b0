import { halfAt } from './dequantize-blocks-of-32';
import { countBlocks, type Int4Matrix, type Int8Matrix } from './packed-matrix';
import { storageBlocks } from './storage-blocks';

/** Sixteen bytes of a GGUF block (elements j and j + 16 in byte j) as sixteen of MatMulNBits (elements 2j and 2j + 1). */
function reorderHalves(view: DataView, from: number, packed: Uint8Array, to: number): void {
  for (let j = 0; j < 8; j++) {
    const even = view.getUint8(from + 2 * j);
    const odd = view.getUint8(from + 2 * j + 1);
    packed[to + j] = (even & 15) | ((odd & 15) << 4);
    packed[to + 8 + j] = (even >> 4) | (odd & 0xf0);
  }
}

/**
 * Q4_0 or Q4_1 rows in the form of `MatMulNBits`, without a change of value: `q d + m = (q - 8) d + (m + 8d)`.
 * @param bytes `rows × columns` elements as stored
 * @returns `inexactBlocks`: Q4_1 blocks whose `m + 8d` is no 32-bit float, and whose values therefore moved by less than its last bit
 * @throws RangeError when the bytes are not such a matrix
 */
export function repackInt4(
  type: 'Q4_0' | 'Q4_1',
  bytes: Uint8Array,
  rows: number,
  columns: number,
): Int4Matrix & { readonly inexactBlocks: number } {
  const stored = storageBlocks[type].bytes;
  const blocks = countBlocks(bytes.byteLength, rows, columns, stored);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = new Uint8Array(blocks * 16);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    scales[block] = halfAt(view, block * stored);
    reorderHalves(view, (block + 1) * stored - 16, packed, block * 16);
  }
  if (type === 'Q4_0') return { packed, scales, inexactBlocks: 0 };

  const offsets = new Float32Array(blocks);
  let inexactBlocks = 0;
  for (let block = 0; block < blocks; block++) {
    const at = block * stored;
    const offset = halfAt(view, at + 2) + 8 * halfAt(view, at);
    offsets[block] = offset;
    if (Math.fround(offset) !== offset) inexactBlocks++;
  }
  return { packed, scales, offsets, inexactBlocks };
}

/**
 * Q8_0 rows in the form of `MatMulNBits` with 8 bits, without a change of value.
 * @param bytes `rows × columns` elements as stored
 * @throws RangeError when the bytes are not such a matrix
 */
export function repackInt8(bytes: Uint8Array, rows: number, columns: number): Int8Matrix {
  const stored = storageBlocks.Q8_0.bytes;
  const blocks = countBlocks(bytes.byteLength, rows, columns, stored);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = new Uint8Array(blocks * 32);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const at = block * stored;
    scales[block] = halfAt(view, at);
    for (let i = 0; i < 32; i++) packed[block * 32 + i] = view.getInt8(at + 2 + i) + 128;
  }
  return { packed, scales };
}
