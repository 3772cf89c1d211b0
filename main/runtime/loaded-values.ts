import type { Weights } from '../graph/graph-builder';
import type { PlainWeights } from '../models/reference/plain-forward';
import { readWeight } from './weight-matrix';

/** Weights in memory for plain arithmetic: for a small model whose weights are floats. */
export function loadedValues(weights: Weights): PlainWeights {
  return (name, first, count) => {
    const [, columns = 1] = weights.places.get(name)?.shape ?? [];
    return Promise.resolve(readWeight(weights, name).subarray(first * columns, (first + count) * columns));
  };
}
