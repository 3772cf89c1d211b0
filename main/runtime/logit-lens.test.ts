import { expect, it } from 'vitest';
import { readLens } from './logit-lens';

it('normalises by the root mean square, scales and multiplies with each row', () => {
  // Mean square of (3, 4) is 12.5, with epsilon 12.5 it is 25: the norm divides by 5.
  const weights = { scale: Float32Array.of(2, 10), bias: null, epsilon: 12.5, unembedding: Float32Array.of(1, 0, 0, 1, 0.5, -0.25) };
  const logits = readLens(weights, Float32Array.of(3, 4));
  [1.2, 8, -1.4].forEach((expected, i) => {
    expect(logits[i]).toBeCloseTo(expected, 6);
  });
});

it('takes the mean off and adds a bias where the final norm is a LayerNorm', () => {
  // Mean of (3, 7) is 5, mean square of what is left is 4, with epsilon 5 it is 9: (-2, 2) / 3, scaled and moved by (1, 0).
  const weights = {
    scale: Float32Array.of(3, 6),
    bias: Float32Array.of(1, 0),
    epsilon: 5,
    unembedding: Float32Array.of(1, 0, 0, 1, 2, 0.5),
  };
  const logits = readLens(weights, Float32Array.of(3, 7));
  [-1, 4, 0].forEach((expected, i) => {
    expect(logits[i]).toBeCloseTo(expected, 6);
  });
});
