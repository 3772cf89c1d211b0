import { InterlinearError } from '../contract/errors';
import { type Bits, bits } from '../contract/ids';
import { expOfNegative } from './exponential';

/** A full-vocabulary distribution at temperature 1, read once and asked often. */
export interface Distribution {
  /** Length V, natural-log scale, not normalised. Kept by reference. */
  readonly logits: Float32Array;
  /** ln Σ exp(logit), so that logit - logNormaliser is a log-probability in nats. */
  readonly logNormaliser: number;
  /** Exact Shannon entropy over the whole vocabulary. */
  readonly entropy: Bits;
}

/**
 * Log-sum-exp and entropy in one pass over the logits, shifted by their maximum m so that nothing overflows:
 * S = Σ exp(z - m), H = ln S - Σ exp(z - m)(z - m) / S. Sums are in 64 bits.
 * @throws InterlinearError `bad-model` when the logits hold NaN, +Infinity or nothing finite.
 */
export function readDistribution(logits: Float32Array): Distribution {
  const maximum = highest(logits);
  let sum = 0;
  let weighted = 0;
  // By index: iterators take twice as long, and this runs over every vocabulary of every step.
  for (let id = 0; id < logits.length; id++) {
    const shifted = (logits[id] ?? NaN) - maximum;
    const weight = expOfNegative(shifted);
    sum += weight;
    // A logit of -Infinity has weight 0 and adds nothing; 0 times -Infinity would be NaN. A NaN logit has a NaN weight.
    if (weight !== 0) weighted += weight * shifted;
  }
  const logSum = Math.log(sum);
  const logNormaliser = maximum + logSum;
  if (!Number.isFinite(logNormaliser)) {
    throw new InterlinearError('bad-model', 'The model gave logits that are not numbers.', 'Check the weights, or choose another device.');
  }
  return { logits, logNormaliser, entropy: bits(Math.max(0, logSum - weighted / sum) / Math.LN2) };
}

/** The largest of some numbers; -Infinity where there is none. NaN is passed over. */
export function highest(values: Float32Array): number {
  let maximum = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (value > maximum) maximum = value;
  }
  return maximum;
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
