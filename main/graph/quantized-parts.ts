/** Values that share a scale, along a row. */
export const blockSize = 32;

export const quantizedBitWidths = [4, 8] as const;
export type QuantizedBits = (typeof quantizedBitWidths)[number];

/** Names of the tensors a matrix [N, K] is stored as when it is quantised to so many bits. */
export interface QuantizedParts {
  /** U8 [N, K/32, 4·bits]: whole numbers from 0; of 4-bit ones the even-numbered are the low halves. */
  readonly integers: string;
  /** F32 [N, K/32] */
  readonly scales: string;
  /** F32 [K/32, N], where the format has them: value = (integer - 2^(bits-1)) · scale + offset. */
  readonly offsets: string;
}

export function quantizedParts(weight: string, bits: QuantizedBits): QuantizedParts {
  return { integers: `${weight}.int${bits}`, scales: `${weight}.scales`, offsets: `${weight}.offsets` };
}
