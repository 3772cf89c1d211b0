import type { SamplerSettings } from '../contract/lanes';
import type { Candidates } from '../contract/steps';
import { topIndices } from '../measures/candidates';

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
export function drawToken(logits: Float32Array, settings: SamplerSettings, uniform: number, keep: number): Draw {
  if (settings.temperature === 0) {
    const tokenId = topIndices(logits, 1)[0] ?? 0;
    return { tokenId, sampled: { ids: [tokenId], probabilities: [1] } };
  }
  const probabilities = samplingDistribution(logits, settings);
  const ids = topIndices(probabilities, keep).filter((id) => (probabilities[id] ?? 0) > 0);
  return { tokenId: invertCumulative(probabilities, uniform), sampled: { ids, probabilities: ids.map((id) => probabilities[id] ?? 0) } };
}

/**
 * The distribution tokens are drawn from, length V: temperature, then top-k, then top-p over what top-k left, then min-p relative to the
 * most probable token, then normalised. Order and limits are those of `generate` in transformers: top-p keeps the fewest
 * tokens that reach p, min-p keeps what is at least minP times the maximum. Where equal tokens straddle the top-k limit the lower ids stay
 * (transformers keeps them all), so that k is never exceeded.
 */
export function samplingDistribution(logits: Float32Array, { temperature, topK, topP, minP }: SamplerSettings): Float64Array {
  let maximum = -Infinity;
  for (const logit of logits) if (logit > maximum) maximum = logit;
  // Relative to the most probable token, whose weight is 1. Plain loops: this runs for every step of every branch, and
  // the mapping methods of typed arrays take five times as long.
  const weights = new Float64Array(logits.length);
  for (let id = 0; id < logits.length; id++) weights[id] = Math.exp(((logits[id] ?? -Infinity) - maximum) / temperature);

  if (topK > 0 || topP < 1) keepNucleus(logits, weights, topK > 0 ? topK : logits.length, topP);
  let sum = 0;
  for (let id = 0; id < weights.length; id++) {
    const weight = weights[id] ?? 0;
    if (weight < minP) weights[id] = 0;
    else sum += weight;
  }
  for (let id = 0; id < weights.length; id++) weights[id] = (weights[id] ?? 0) / sum;
  return weights;
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

function invertCumulative(probabilities: Float64Array, uniform: number): number {
  let cumulative = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    const probability = probabilities[id] ?? 0;
    if (probability === 0) continue;
    cumulative += probability;
    last = id;
    if (uniform < cumulative) return id;
  }
  // The sum may round to just under 1: what is left belongs to the last token.
  return last;
}
