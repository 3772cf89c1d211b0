import { bits } from '../contract/ids';
import type { Candidates, LayerReading } from '../contract/steps';
import { candidatesOf } from './candidates';
import { type Distribution, logProbability, readDistribution } from './distribution';
import { norm } from './vectors';
import { rank, walkOver } from './vocabulary-walk';
import type { Walk } from './walk-parts';

/**
 * What the logit lens says of one residual stream, before a target is named. Branches that share a pass share this and
 * differ only in the token they ask about.
 */
export interface LensReading {
  readonly norm: number;
  readonly distribution: Distribution;
  readonly top: Candidates;
}

/** A stream whose lens was not read while it passed. It can be read later, from the stream that was kept. */
export interface UnreadLens {
  readonly norm: number;
  readonly distribution: null;
}

/**
 * @param residual the stream, length D
 * @param logits final norm and unembedding applied to it, length V
 * @param count candidates kept
 * @param walk over the logits, where there has been one that found as many
 */
export function readLens(
  residual: Float32Array,
  logits: Float32Array,
  count: number,
  walk: Walk = walkOver(logits, { kept: Math.min(count, logits.length), drawing: null }),
): LensReading {
  const distribution = readDistribution(logits, walk);
  return { norm: norm(residual), distribution, top: candidatesOf(distribution, walk.ids.slice(0, count)) };
}

/** The reading as a step records it: with probability and rank of the step's target token. NaN stands for what was not read. */
export function layerReading(lens: LensReading | UnreadLens, targetId: number): LayerReading {
  if (lens.distribution === null)
    return { norm: lens.norm, probability: NaN, rank: NaN, entropy: bits(NaN), top: { ids: [], probabilities: [] } };
  return {
    norm: lens.norm,
    probability: Math.exp(logProbability(lens.distribution, targetId)),
    rank: 1 + lens.top.ids.indexOf(targetId) || rank(lens.distribution.logits, targetId),
    entropy: lens.distribution.entropy,
    top: lens.top,
  };
}
