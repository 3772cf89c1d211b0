import type { Candidates } from '../contract/steps';
import type { Distribution } from './distribution';

/** Some tokens, highest first, with their probabilities at temperature 1. */
export function candidatesOf({ logits, logNormaliser }: Distribution, ids: readonly number[]): Candidates {
  return { ids, probabilities: ids.map((id) => Math.exp((logits[id] ?? -Infinity) - logNormaliser)) };
}

/** Probability of the first candidate minus that of the second (0 where there is none). */
export function margin(candidates: Candidates): number {
  return (candidates.probabilities[0] ?? 0) - (candidates.probabilities[1] ?? 0);
}
