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
 * Log-sum-exp and entropy, with weights relative to the largest logit m so that nothing overflows: wᵢ = exp(zᵢ - m), S = Σ w,
 * ln Σ exp z = m + ln S, H = ln S - Σ w(z - m) / S. Sums are in 64 bits, that of S without the largest's 1, so that an entropy near 0 keeps
 * its digits. Where a device gave the probabilities, weights are their ratios: their own sum, in 32 bits, does not enter.
 * @param probabilities of the logits at temperature 1, where they are known: fifty thousand exponentials less
 * @throws InterlinearError `bad-model` when the logits hold NaN, +Infinity or nothing finite.
 */
export function readDistribution(logits: Float32Array, probabilities?: Float32Array): Distribution {
  const maximum = highest(logits);
  const { sum, weighted, unit } = probabilities ? sumsOfKnown(logits, probabilities, maximum) : sumsOf(logits, maximum);
  const others = (sum - unit) / unit;
  const logSum = Math.log1p(others);
  const logNormaliser = maximum + logSum;
  if (!Number.isFinite(logNormaliser)) {
    throw new InterlinearError('bad-model', 'The model gave logits that are not numbers.', 'Check the weights, or choose another device.');
  }
  return { logits, logNormaliser, entropy: bits(Math.max(0, logSum - weighted / unit / (1 + others)) / Math.LN2) };
}

/** Σ w, Σ w(z - m) and the largest w, in one unit. */
interface Sums {
  readonly sum: number;
  readonly weighted: number;
  readonly unit: number;
}

// By index: iterators take twice as long, and this runs over every vocabulary of every step.
function sumsOf(logits: Float32Array, maximum: number): Sums {
  let sum = 0;
  let weighted = 0;
  for (let id = 0; id < logits.length; id++) {
    const shifted = (logits[id] ?? NaN) - maximum;
    const weight = expOfNegative(shifted);
    sum += weight;
    // A logit of -Infinity has weight 0 and adds nothing; 0 times -Infinity would be NaN. A NaN logit has a NaN weight.
    if (weight !== 0) weighted += weight * shifted;
  }
  return { sum, weighted, unit: 1 };
}

function sumsOfKnown(logits: Float32Array, probabilities: Float32Array, maximum: number): Sums {
  let sum = 0;
  let weighted = 0;
  let unit = 0;
  for (let id = 0; id < logits.length; id++) {
    const weight = probabilities[id] ?? NaN;
    sum += weight;
    if (weight !== 0) weighted += weight * ((logits[id] ?? NaN) - maximum);
    if (weight > unit) unit = weight;
  }
  return { sum, weighted, unit };
}

/** Probabilities at temperature 1, in 32 bits. */
export function softmax(logits: Float32Array): Float32Array {
  const maximum = highest(logits);
  const { sum } = sumsOf(logits, maximum);
  return logits.map((logit) => expOfNegative(logit - maximum) / sum);
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
