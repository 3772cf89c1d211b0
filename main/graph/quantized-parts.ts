import type { GraphBuilder } from './graph-builder';

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
  /** F32 [N, K/32], where the format has them: value = (integer - 2^(bits-1)) · scale + offset. */
  readonly offsets: string;
}

export function quantizedParts(weight: string, bits: QuantizedBits): QuantizedParts {
  return { integers: `${weight}.int${bits}`, scales: `${weight}.scales`, offsets: `${weight}.offsets` };
}

/** Whether a tensor of this name holds the integers of a quantised matrix. */
export function isQuantized(tensor: string): boolean {
  return quantizedBitWidths.some((bits) => tensor.endsWith(quantizedParts('', bits).integers));
}

export interface QuantizedMatrix {
  readonly bits: QuantizedBits;
  readonly integers: string;
  readonly scales: string;
  readonly offsets: string | null;
}

/** How a matrix is stored: as plain floats under a name, or in parts. */
export type StoredMatrix = { readonly bits: null; readonly name: string } | QuantizedMatrix;

/** Weights as one matrix of all their rows; null where they are stored in different ways or apart from each other. */
export function storedMatrix(graph: GraphBuilder, weights: readonly string[]): StoredMatrix | null {
  const plain = graph.adjoin(weights);
  if (plain !== null) return { bits: null, name: plain };
  for (const bits of quantizedBitWidths) {
    const parts = weights.map((weight) => quantizedParts(weight, bits));
    const integers = graph.adjoin(parts.map((part) => part.integers));
    const scales = graph.adjoin(parts.map((part) => part.scales));
    const offsets = graph.adjoin(parts.map((part) => part.offsets));
    if (integers === null || scales === null) continue;
    if (offsets !== null || !parts.some((part) => graph.has(part.offsets))) return { bits, integers, scales, offsets };
  }
  return null;
}
