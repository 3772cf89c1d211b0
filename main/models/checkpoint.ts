/** How a checkpoint stores the elements of a tensor: plain floats, or GGUF's blocks of 32 or 256 values with shared scales. */
export const storageTypes = ['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q4_K', 'Q5_K', 'Q6_K'] as const;
export type StorageType = (typeof storageTypes)[number];

/** One tensor of a checkpoint, checked against the file's size; its bytes are read when asked for. */
export interface CheckpointTensor {
  readonly name: string;
  /** Row-major: a matrix is [output, input], whatever order the file's own format names sizes in. */
  readonly shape: readonly number[];
  readonly type: StorageType;
  readonly byteLength: number;
  /** All rows, or `count` rows from `first` (a row is one run of the last dimension), as stored. */
  rows(first?: number, count?: number): Promise<Uint8Array>;
}

/** Tensors of a model as published, from one file or many. Only what is asked for is read. Close it when done. */
export interface Checkpoint {
  /** By the name the checkpoint gives them. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  close(): Promise<void>;
}
