import type { StorageType } from '../checkpoint';

/** How one block of a storage type is laid out: so many consecutive elements of a row in so many bytes. */
export interface StorageBlock {
  readonly elements: number;
  readonly bytes: number;
}

/**
 * The blocks of every storage type. Plain floats are blocks of one.
 * @source https://github.com/ggml-org/ggml, `ggml-common.h`: the `block_…` structures
 */
export const storageBlocks: Readonly<Record<StorageType, StorageBlock>> = {
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2 },
  BF16: { elements: 1, bytes: 2 },
  Q8_0: { elements: 32, bytes: 34 },
  Q4_0: { elements: 32, bytes: 18 },
  Q4_1: { elements: 32, bytes: 20 },
  Q5_0: { elements: 32, bytes: 22 },
  Q5_1: { elements: 32, bytes: 24 },
  Q4_K: { elements: 256, bytes: 144 },
  Q5_K: { elements: 256, bytes: 176 },
  Q6_K: { elements: 256, bytes: 210 },
};
