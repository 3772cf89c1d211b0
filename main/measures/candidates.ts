import type { Candidates } from '../contract/steps';
import type { Distribution } from './distribution';

/** Indices of the `count` highest values, highest first; of equal values the lower index comes first. NaN is never selected. */
export function topIndices(values: ArrayLike<number>, count: number): number[] {
  const indices: number[] = [];
  if (count < 1) return indices;
  const best: number[] = [];
  // What a value must exceed to come in; no list is full at first, and then even -Infinity does.
  let threshold = NaN;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (value <= threshold || Number.isNaN(value)) continue;
    // Insertion into a short sorted list: for the few candidates a view shows this beats sorting the vocabulary.
    let place = Math.min(best.length, count - 1);
    while (place > 0 && value > (best[place - 1] ?? Infinity)) {
      best[place] = best[place - 1] ?? NaN;
      indices[place] = indices[place - 1] ?? -1;
      place--;
    }
    best[place] = value;
    indices[place] = index;
    if (best.length === count) threshold = best[count - 1] ?? NaN;
  }
  return indices;
}

/** The `count` most probable tokens at temperature 1. */
export function topCandidates(distribution: Distribution, count: number): Candidates {
  const { logits, logNormaliser } = distribution;
  const ids = topIndices(logits, count);
  return { ids, probabilities: ids.map((id) => Math.exp((logits[id] ?? -Infinity) - logNormaliser)) };
}

/** Rank of a token, 1 = highest; equal values rank by id, as in `topIndices`. */
export function rank(values: ArrayLike<number>, tokenId: number): number {
  const own = values[tokenId] ?? NaN;
  let above = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? NaN;
    if (value > own || (value === own && index < tokenId)) above++;
  }
  return above + 1;
}

/** Probability of the first candidate minus that of the second (0 where there is none). */
export function margin(candidates: Candidates): number {
  return (candidates.probabilities[0] ?? 0) - (candidates.probabilities[1] ?? 0);
}
