import type { StorageType } from '../checkpoint';
import { toFloat32 } from '../element-types';
import { readQ4K, readQ5K, readQ6K } from './dequantize-blocks-of-256';
import { type BlockReader, readQ4One, readQ4Zero, readQ5One, readQ5Zero, readQ8Zero } from './dequantize-blocks-of-32';
import { storageBlocks } from './storage-blocks';

const blockReaders: Readonly<Record<Exclude<StorageType, 'F32' | 'F16' | 'BF16'>, BlockReader>> = {
  Q8_0: readQ8Zero,
  Q4_0: readQ4Zero,
  Q4_1: readQ4One,
  Q5_0: readQ5Zero,
  Q5_1: readQ5One,
  Q4_K: readQ4K,
  Q5_K: readQ5K,
  Q6_K: readQ6K,
};

/**
 * Stored elements as 32-bit floats, always a copy. Sums and products are exact in 64 bits and rounded once, which for these types
 * gives what arithmetic in 32 bits gives, bit for bit.
 * @param bytes whole blocks, as `CheckpointTensor.rows` gives them
 * @throws RangeError when they are not whole blocks
 * @source https://github.com/ggml-org/ggml, `ggml-quants.c`: `dequantize_row_…`
 */
export function dequantize(type: StorageType, bytes: Uint8Array): Float32Array {
  const block = storageBlocks[type];
  const count = bytes.byteLength / block.bytes;
  if (!Number.isInteger(count)) throw new RangeError(`${bytes.byteLength} bytes are not whole ${type} blocks of ${block.bytes}`);
  if (type === 'F32' || type === 'F16' || type === 'BF16') return toFloat32(type, bytes);
  const read = blockReaders[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(count * block.elements);
  for (let index = 0; index < count; index++) read(view, index * block.bytes, values, index * block.elements);
  return values;
}
