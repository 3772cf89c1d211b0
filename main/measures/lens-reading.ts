import type { Candidates, LayerReading } from '../contract/steps';
import { rank, topCandidates } from './candidates';
import { type Distribution, logProbability, readDistribution } from './distribution';
import { norm } from './vectors';

/**
 * What the logit lens says of one residual stream, before a target is named. Branches that share a pass share this and
 * differ only in the token they ask about.
 */
export interface LensReading {
  readonly norm: number;
  readonly distribution: Distribution;
  readonly top: Candidates;
}

/**
 * @param residual the stream, length D
 * @param logits final norm and unembedding applied to it, length V
 * @param count candidates kept
 */
export function readLens(residual: Float32Array, logits: Float32Array, count: number): LensReading {
  const distribution = readDistribution(logits);
  return { norm: norm(residual), distribution, top: topCandidates(distribution, count) };
}

/** The reading as a step records it: with probability and rank of the step's target token. */
export function layerReading(lens: LensReading, targetId: number): LayerReading {
  return {
    norm: lens.norm,
    probability: Math.exp(logProbability(lens.distribution, targetId)),
    rank: rank(lens.distribution.logits, targetId),
    entropy: lens.distribution.entropy,
    top: lens.top,
  };
}
