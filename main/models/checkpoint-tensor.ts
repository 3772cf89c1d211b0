import type { CheckpointTensor, StorageType } from './checkpoint';
import { storageBlocks } from './quantization/storage-blocks';

/** Where a tensor of a checkpoint lies, and how its bytes are had. */
interface TensorPlace {
  readonly name: string;
  /** Row-major; its last size is a whole number of the type's blocks. */
  readonly shape: readonly number[];
  readonly type: StorageType;
  /** Bytes `offset` to `offset + length` of the tensor. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

/** A tensor whose rows are read where they lie: only those asked for are in memory. */
export function checkpointTensor({ name, shape, type, read }: TensorPlace): CheckpointTensor {
  const block = storageBlocks[type];
  const rowBytes = ((shape.at(-1) ?? 1) / block.elements) * block.bytes;
  const total = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return {
    name,
    shape,
    type,
    byteLength: rowBytes * total,
    rows: async (first = 0, count = total - first) => {
      if (!Number.isInteger(first) || !Number.isInteger(count) || first < 0 || count < 0 || first + count > total) {
        throw new RangeError(`Tensor '${name}' has ${total} rows; ${count} from ${first} were asked for`);
      }
      return read(first * rowBytes, count * rowBytes);
    },
  };
}
