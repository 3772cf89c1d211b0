import type { SamplerSettings } from '../contract/lanes';
import type { Candidates } from '../contract/steps';
import { topIndices } from '../measures/candidates';
import { highest } from '../measures/distribution';
import { expOfNegative } from '../measures/exponential';
import type { TokenScores } from './lane';

type Weights = Float32Array | Float64Array;

/** A token drawn, with the highest candidates it was drawn from (probabilities after all filters). */
export interface Draw {
  readonly tokenId: number;
  readonly sampled: Candidates;
}

/**
 * Draws a token by inverting the cumulative distribution over ids in ascending order. That order does not depend on the
 * probabilities: two nearly equal tokens that swap places by rounding between schedules move no boundary.
 * @param uniform in [0, 1)
 * @param keep candidates to return
 */
export function drawToken(scores: TokenScores, settings: SamplerSettings, uniform: number, keep: number): Draw {
  if (settings.temperature === 0) {
    const tokenId = topIndices(scores.logits, 1)[0] ?? 0;
    return { tokenId, sampled: { ids: [tokenId], probabilities: [1] } };
  }
  const { weights, sum } = samplingWeights(scores, settings);
  const ids = topIndices(weights, keep).filter((id) => (weights[id] ?? 0) > 0);
  return { tokenId: invertCumulative(weights, uniform * sum), sampled: { ids, probabilities: ids.map((id) => (weights[id] ?? 0) / sum) } };
}

/**
 * The distribution tokens are drawn from, length V: temperature, then top-k, then top-p over what top-k left, then min-p relative to the
 * most probable token, then normalised. Order and limits are those of `generate` in transformers: top-p keeps the fewest
 * tokens that reach p, min-p keeps what is at least minP times the maximum. Where equal tokens straddle the top-k limit the lower ids stay
 * (transformers keeps them all), so that k is never exceeded.
 */
export function samplingDistribution(scores: TokenScores, settings: SamplerSettings): Float64Array {
  const { weights, sum } = samplingWeights(scores, settings);
  return Float64Array.from(weights, (weight) => weight / sum);
}

/** The same before it is normalised. Where nothing is changed the model's own probabilities serve: with temperature 1 and no filter. */
function samplingWeights(
  { logits, probabilities }: TokenScores,
  settings: SamplerSettings,
): { readonly weights: Weights; readonly sum: number } {
  const { temperature, topK, topP, minP } = settings;
  if (temperature === 1 && topK === 0 && topP >= 1 && minP === 0) {
    let sum = 0;
    for (let id = 0; id < probabilities.length; id++) sum += probabilities[id] ?? 0;
    return { weights: probabilities, sum };
  }
  // Relative to the most probable token, whose weight is 1.
  const maximum = highest(logits);
  const weights = new Float64Array(logits.length);
  for (let id = 0; id < logits.length; id++) weights[id] = expOfNegative(((logits[id] ?? -Infinity) - maximum) / temperature);

  if (topK > 0 || topP < 1) keepNucleus(logits, weights, topK > 0 ? topK : logits.length, topP);
  let sum = 0;
  for (let id = 0; id < weights.length; id++) {
    const weight = weights[id] ?? 0;
    if (weight < minP) weights[id] = 0;
    else sum += weight;
  }
  return { weights, sum };
}

/** Zeroes the weights that top-k, then top-p of what is left, take away. */
function keepNucleus(logits: Float32Array, weights: Float64Array, topK: number, topP: number): void {
  // By logit, not by weight: a high temperature can round two different logits to one weight.
  const order = topIds(logits, topK);
  const kept = order.map((id) => weights[id] ?? 0);
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  weights.fill(0);
  let before = 0;
  for (const [place, id] of order.entries()) {
    if (place > 0 && before >= topP * total) break;
    weights[id] = kept[place] ?? 0;
    before += kept[place] ?? 0;
  }
}

/** Few are selected by insertion, many by sorting: insertion is quadratic in `count`. */
function topIds(logits: Float32Array, count: number): readonly number[] {
  if (count <= 64) return topIndices(logits, count);
  const order = Uint32Array.from(logits, (_, id) => id).toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
  return Array.from(order.subarray(0, count));
}

/** @param share of the sum of all weights, from 0 to under the sum */
function invertCumulative(weights: Weights, share: number): number {
  let cumulative = 0;
  let last = 0;
  for (let id = 0; id < weights.length; id++) {
    const weight = weights[id] ?? 0;
    if (weight === 0) continue;
    cumulative += weight;
    last = id;
    if (share < cumulative) return id;
  }
  // Rounding may leave a share just over the sum: what is left belongs to the last token.
  return last;
}
