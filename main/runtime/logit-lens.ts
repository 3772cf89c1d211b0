/** What the logit lens reads through. */
export interface LensWeights {
  /** Scale of the final norm, [D]. */
  readonly scale: Float32Array;
  /** Bias of the final norm, [D], where it is a LayerNorm: the mean is then taken off first. Null where it only scales. */
  readonly bias: Float32Array | null;
  readonly epsilon: number;
  /** Unembedding, [V, D]. */
  readonly unembedding: Float32Array;
}

/**
 * Final norm and unembedding of residual streams, in double precision; returns logits [N, V].
 * @param residuals [N, D]
 */
export function readLens({ scale, bias, epsilon, unembedding }: LensWeights, residuals: Float32Array): Float32Array {
  const width = scale.length;
  const tokens = unembedding.length / width;
  const streams = Array.from({ length: residuals.length / width }, (_, stream) => {
    const residual = residuals.subarray(stream * width, (stream + 1) * width);
    const mean = bias ? residual.reduce((sum, value) => sum + value, 0) / width : 0;
    const sumOfSquares = residual.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const inverse = 1 / Math.sqrt(sumOfSquares / width + epsilon);
    return residual.map((value, i) => (value - mean) * inverse * (scale[i] ?? 0) + (bias?.[i] ?? 0));
  });
  const logits = new Float32Array(streams.length * tokens);
  streams.forEach((hidden, stream) => multiply(unembedding, hidden, logits.subarray(stream * tokens, (stream + 1) * tokens)));
  return logits;
}

/** Products of each row of a matrix with a vector, in two sums that do not wait for each other. */
function multiply(matrix: Float32Array, vector: Float32Array, to: Float32Array): void {
  const width = vector.length;
  for (let row = 0, at = 0; row < to.length; row++, at += width) {
    let even = 0;
    let odd = 0;
    for (let i = 0; i < width; i += 2) {
      even += (matrix[at + i] ?? 0) * (vector[i] ?? 0);
      odd += i + 1 < width ? (matrix[at + i + 1] ?? 0) * (vector[i + 1] ?? 0) : 0;
    }
    to[row] = even + odd;
  }
}
