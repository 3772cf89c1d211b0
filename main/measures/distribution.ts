import { InterlinearError } from '../contract/errors';
import { type Bits, bits } from '../contract/ids';
import { walkOver } from './vocabulary-walk';
import type { Walk } from './walk-parts';

/** A full-vocabulary distribution at temperature 1, read once and asked often. */
export interface Distribution {
  /** Length V, natural-log scale, not normalised. Kept by reference. */
  readonly logits: Float32Array;
  /** ln Σ exp(logit), so that logit - logNormaliser is a log-probability in nats. */
  readonly logNormaliser: number;
  /** Of the logits; -Infinity where one is. */
  readonly mean: number;
  /** Exact Shannon entropy over the whole vocabulary. */
  readonly entropy: Bits;
}

/**
 * Log-sum-exp and entropy, with weights relative to the largest logit m so that nothing overflows: wᵢ = exp(zᵢ - m), S = Σ w,
 * ln Σ exp z = m + ln S, H = ln S - Σ w(z - m) / S. Sums are in 64 bits, and the largest's 1 is taken off S before its logarithm, so that an
 * entropy near 0 keeps its digits.
 * @param walk over the logits, where there has been one
 * @throws InterlinearError `bad-model` when the logits hold NaN, +Infinity or nothing finite.
 */
export function readDistribution(logits: Float32Array, walk: Walk = walkOver(logits, { kept: 0, drawing: null })): Distribution {
  const { maximum, weights, weighted, shifts } = walk.sums;
  const logSum = Math.log1p(weights - 1);
  const logNormaliser = maximum + logSum;
  if (!Number.isFinite(logNormaliser)) {
    throw new InterlinearError('bad-model', 'The model gave logits that are not numbers.', 'Check the weights, or choose another device.');
  }
  return {
    logits,
    logNormaliser,
    mean: maximum + shifts / logits.length,
    entropy: bits(Math.max(0, logSum - weighted / weights) / Math.LN2),
  };
}

/** ln p(token), in nats. @throws RangeError for an id outside the vocabulary. */
export function logProbability(distribution: Distribution, tokenId: number): number {
  const logit = distribution.logits[tokenId];
  if (logit === undefined) throw new RangeError(`Token ${tokenId} is outside a vocabulary of ${distribution.logits.length}`);
  return logit - distribution.logNormaliser;
}

/** -log2 p, from ln p in nats. */
export function surprisal(logProbabilityInNats: number): Bits {
  // 0 - x rather than -x: a certain token has 0 bits, not -0.
  return bits(0 - logProbabilityInNats / Math.LN2);
}
