import type { GraphBuilder, Value } from './graph-builder';
import { blockSize, type QuantizedBits, quantizedBitWidths, quantizedParts } from './quantized-parts';

/** How a matrix is stored, or null where it is plain floats. */
export function quantizedBits(graph: GraphBuilder, weight: string): QuantizedBits | null {
  return quantizedBitWidths.find((bits) => graph.has(quantizedParts(weight, bits).integers)) ?? null;
}

/**
 * x [.., input] times the transpose of a matrix stored in blocks of 32 along its rows: W = (q - 2^(bits-1)) · scale + offset.
 * The offsets, one a block, meet only the sum of the block's inputs: x W^T = x ((q - c) · scale)^T + (sums of x's blocks) · offsets.
 * So formats with a minimum of their own (Q4_1) are computed exactly while the runtime's fast kernel, which knows none, does the work.
 */
export function quantizedLinear(graph: GraphBuilder, x: Value, weight: string, bits: QuantizedBits): Value {
  const parts = quantizedParts(weight, bits);
  const [rows = 0, blocks = 0] = graph.shapeOf(parts.integers);
  const product = graph.node('com.microsoft:MatMulNBits', [x, graph.weight(parts.integers), graph.weight(parts.scales)], {
    K: blocks * blockSize,
    N: rows,
    bits,
    block_size: blockSize,
    // Inputs are rounded to 8 bits a block, as llama.cpp does: several times faster than 32-bit arithmetic.
    accuracy_level: 4,
  });
  if (!graph.has(parts.offsets)) return product;
  const sums = graph.once(`block sums of ${x}`, () => {
    const inBlocks = graph.node('Reshape', [x, graph.integers(0, 0, blocks, blockSize)]);
    return graph.node('ReduceSum', [inBlocks, graph.integers(-1)], { keepdims: 0 });
  });
  return graph.node('Add', [product, graph.node('MatMul', [sums, graph.weight(parts.offsets)])]);
}
