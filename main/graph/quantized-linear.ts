import type { GraphBuilder, Value } from './graph-builder';
import { blockSize, type QuantizedMatrix } from './quantized-parts';

/**
 * x [rows, input] times the transpose of a matrix stored in blocks of 32 along its rows: W = (q - 2^(bits-1)) · scale + offset.
 * The offsets, one a block, meet only the sum of the block's inputs: x W^T = x ((q - c) · scale)^T + (sums of x's blocks) · offsets^T.
 * So formats with a minimum of their own (Q4_1) are computed exactly while the runtime's fast kernel, which knows none, does the work.
 */
export function quantizedLinear(graph: GraphBuilder, x: Value, { bits, integers, scales, offsets }: QuantizedMatrix): Value {
  const [rows = 0, blocks = 0] = graph.shapeOf(integers);
  const product = graph.node('com.microsoft:MatMulNBits', [x, graph.weight(integers), graph.weight(scales)], {
    K: blocks * blockSize,
    N: rows,
    bits,
    block_size: blockSize,
    // The runtime's names for arithmetic with inputs of 8 bits and of 32-bit floats.
    accuracy_level: graph.arithmetic === 'fast' ? 4 : 1,
  });
  if (offsets === null) return product;
  const inBlocks = graph.node('Reshape', [x, graph.integers(0, blocks, blockSize)]);
  const sums = graph.node('ReduceSum', [inBlocks, graph.integers(-1)], { keepdims: 0 });
  return graph.node('Gemm', [sums, graph.weight(offsets), product], { transB: 1 });
}
