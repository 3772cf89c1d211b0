import type { Candidates } from '../contract/steps';
import type { Distribution } from './distribution';
import { topIndices } from './vocabulary-walk';

/** The `count` most probable tokens at temperature 1. */
export function topCandidates(distribution: Distribution, count: number): Candidates {
  const { logits, logNormaliser } = distribution;
  const ids = topIndices(logits, count);
  return { ids, probabilities: ids.map((id) => Math.exp((logits[id] ?? -Infinity) - logNormaliser)) };
}

/** Probability of the first candidate minus that of the second (0 where there is none). */
export function margin(candidates: Candidates): number {
  return (candidates.probabilities[0] ?? 0) - (candidates.probabilities[1] ?? 0);
}
