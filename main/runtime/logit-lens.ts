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
 * Final norm and unembedding of one residual stream, in double precision; returns logits [V].
 * @param residual [D]
 */
export function readLens({ scale, bias, epsilon, unembedding }: LensWeights, residual: Float32Array): Float32Array {
  const width = scale.length;
  const mean = bias ? residual.reduce((sum, value) => sum + value, 0) / width : 0;
  let sumOfSquares = 0;
  for (const value of residual) sumOfSquares += (value - mean) ** 2;
  const inverse = 1 / Math.sqrt(sumOfSquares / width + epsilon);
  const hidden = residual.map((value, i) => (value - mean) * inverse * (scale[i] ?? 0) + (bias?.[i] ?? 0));
  const logits = new Float32Array(unembedding.length / width);
  for (let token = 0; token < logits.length; token++) {
    const row = token * width;
    let sum = 0;
    for (let i = 0; i < width; i++) sum += (unembedding[row + i] ?? 0) * (hidden[i] ?? 0);
    logits[token] = sum;
  }
  return logits;
}
