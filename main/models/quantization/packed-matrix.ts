/**
 * A matrix of N rows and K columns, K a multiple of 32, in the form ONNX Runtime's `MatMulNBits` takes with 4 bits, blocks of 32 and
 * no zero points: element `k` of a block is `(q - 8) scale`.
 * @source https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md, `com.microsoft.MatMulNBits`
 */
export interface Int4Matrix {
  /** [N, K/32, 16]: byte `j` of a block holds its elements `2j` (low half) and `2j + 1` (high half). */
  readonly packed: Uint8Array;
  /** [N, K/32] */
  readonly scales: Float32Array;
  /** [N, K/32]: added to every element of a block; absent when all are zero by construction. */
  readonly offsets?: Float32Array;
}

/** As `Int4Matrix`, with 8 bits: an element is `(q - 128) scale`. */
export interface Int8Matrix {
  /** [N, K/32, 32] */
  readonly packed: Uint8Array;
  /** [N, K/32] */
  readonly scales: Float32Array;
}

/** What rounding to fewer bits cost. Sums add up over slices of a matrix. */
export interface QuantizationError {
  /** Σ (x - x′)² */
  readonly squaredError: number;
  /** Σ x² */
  readonly squaredValues: number;
  /** √(Σ (x - x′)² / Σ x²); 0 for a matrix of zeros */
  readonly relativeError: number;
}

export const packedBlock = 32;

/** Blocks in a matrix. @throws RangeError when its rows are not whole blocks or the data has another size */
export function countBlocks(found: number, rows: number, columns: number, sizeOfBlock: number): number {
  const blocks = (rows * columns) / packedBlock;
  if (columns % packedBlock !== 0) throw new RangeError(`Rows of ${columns} elements are not whole blocks of ${packedBlock}`);
  if (found !== blocks * sizeOfBlock) throw new RangeError(`${found} are not ${rows} × ${columns} elements in blocks of ${sizeOfBlock}`);
  return blocks;
}

export function quantizationError(squaredError: number, squaredValues: number): QuantizationError {
  return { squaredError, squaredValues, relativeError: squaredValues === 0 ? 0 : Math.sqrt(squaredError / squaredValues) };
}
