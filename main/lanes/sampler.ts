import type { SamplerSettings } from '../contract/lanes';
import type { Candidates } from '../contract/steps';
import { drawnToken, invertCumulative, sampledWeights, topIndices, walkOver } from '../measures/vocabulary-walk';
import type { Drawing, Walk } from '../measures/walk-parts';

/** A token drawn, with the highest candidates it was drawn from (probabilities after all filters). */
export interface Draw {
  readonly tokenId: number;
  readonly sampled: Candidates;
}

/** What is drawn from. */
export interface Draws {
  /** Length V, natural-log scale, temperature 1. Not changed. */
  readonly logits: Float32Array;
  /** Tokens that are impossible, whatever their logits; not all. */
  readonly excluded?: readonly number[];
  /** Gives a walk over the logits, where one has been made. */
  readonly walk?: () => Walk;
}

/** What is wanted of a walk over logits for a draw with these settings: where a filter needs every weight, no sums. */
export function drawingFor(settings: SamplerSettings, excluded: readonly number[] = []): Drawing {
  return { temperature: isFiltered(settings) ? 0 : settings.temperature, excluded };
}

const isFiltered = ({ topK, topP, minP }: SamplerSettings): boolean => topK > 0 || topP < 1 || minP > 0;

/**
 * Draws a token by inverting the cumulative distribution over ids in ascending order. That order does not depend on the
 * probabilities: two nearly equal tokens that swap places by rounding between schedules move no boundary.
 * @param uniform in [0, 1)
 * @param keep candidates to return
 */
export function drawToken(draws: Draws, settings: SamplerSettings, uniform: number, keep: number): Draw {
  const { logits, excluded = [] } = draws;
  if (settings.temperature === 0) {
    const tokenId = highest(draws, 1)[0] ?? 0;
    return { tokenId, sampled: { ids: [tokenId], probabilities: [1] } };
  }
  if (!isFiltered(settings)) return drawFromAll(draws, settings, uniform, keep);
  // Before the weights, which last until the next walk.
  const most = highest(draws, keep);
  const { weights, sum } = samplingWeights({ logits, excluded }, settings);
  // No filter takes a token and leaves a less probable one.
  const ids = most.filter((id) => (weights[id] ?? 0) > 0);
  return { tokenId: invertCumulative(weights, uniform * sum), sampled: { ids, probabilities: ids.map((id) => (weights[id] ?? 0) / sum) } };
}

/** Where no filter takes any away. */
function drawFromAll(draws: Draws, { temperature }: SamplerSettings, uniform: number, keep: number): Draw {
  const { logits, excluded = [] } = draws;
  const made = draws.walk?.().drawn;
  const isThis = made?.drawing.temperature === temperature && isSame(made.drawing.excluded, excluded);
  const drawn = isThis ? made : walkOver(logits, { kept: 0, drawing: { temperature, excluded } }).drawn;
  if (!drawn) throw new Error('A walk for a draw gave no sums');
  const candidates = highest(draws, keep).map((id) => ({
    id,
    weight: Math.exp(((logits[id] ?? -Infinity) - drawn.maximum) / temperature),
  }));
  const possible = candidates.filter(({ weight }) => weight > 0);
  return {
    tokenId: drawnToken(logits, drawn, uniform),
    sampled: { ids: possible.map(({ id }) => id), probabilities: possible.map(({ weight }) => weight / drawn.sum) },
  };
}

/** The highest that are not excluded. */
function highest({ logits, excluded = [], walk }: Draws, count: number): readonly number[] {
  const found = walk?.().ids.filter((id) => !excluded.includes(id)) ?? [];
  return found.length >= Math.min(count, logits.length - excluded.length) ? found.slice(0, count) : topIndices(logits, count, excluded);
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((id, i) => id === b[i]);

/**
 * The distribution tokens are drawn from, length V: temperature, then top-k, then top-p over what top-k left, then min-p relative to the
 * most probable token, then normalised. Order and limits are those of `generate` in transformers: top-p keeps the fewest
 * tokens that reach p, min-p keeps what is at least minP times the maximum. Where equal tokens straddle the top-k limit the lower ids stay
 * (transformers keeps them all), so that k is never exceeded.
 */
export function samplingDistribution(draws: Draws, settings: SamplerSettings): Float64Array {
  const { weights, sum } = samplingWeights(draws, settings);
  return Float64Array.from(weights, (weight) => weight / sum);
}

/** The same before it is normalised: relative to the most probable token, whose weight is 1. */
function samplingWeights(
  { logits, excluded = [] }: Draws,
  settings: SamplerSettings,
): { readonly weights: Float64Array; readonly sum: number } {
  const { temperature, topK, topP, minP } = settings;
  const { weights, sum: whole } = sampledWeights(logits, temperature, excluded);
  if (!isFiltered(settings)) return { weights, sum: whole };
  if (topK > 0 || topP < 1)
    keepNucleus({ logits, excluded }, weights, whole, topK > 0 ? Math.min(topK, logits.length) : logits.length, topP);
  let sum = 0;
  for (let id = 0; id < weights.length; id++) {
    const weight = weights[id] ?? 0;
    if (weight < minP) weights[id] = 0;
    else sum += weight;
  }
  return { weights, sum };
}

/** Zeroes the weights that top-k, then top-p of what is left, take away. @param sum of all weights */
function keepNucleus(draws: Draws, weights: Float64Array, sum: number, topK: number, topP: number): void {
  const massOf = (ids: readonly number[]): number => ids.reduce((mass, id) => mass + (weights[id] ?? 0), 0);
  // By logit, not by weight: a high temperature can round two different logits to one weight.
  let order = highestIds(draws, Math.min(topK, few));
  let total = topK < draws.logits.length ? null : sum;
  if (order.length < topK && (total === null || massOf(order) < topP * total)) order = highestIds(draws, topK);
  total ??= massOf(order);
  const kept = order.map((id) => weights[id] ?? 0);
  weights.fill(0);
  let before = 0;
  for (const [place, id] of order.entries()) {
    if (place > 0 && before >= topP * total) break;
    weights[id] = kept[place] ?? 0;
    before += kept[place] ?? 0;
  }
}

/** Tokens that are selected by insertion, which is quadratic in their number; more are sorted. */
const few = 256;

function highestIds({ logits, excluded = [] }: Draws, count: number): readonly number[] {
  if (count <= few) return topIndices(logits, count, excluded);
  const out = new Set(excluded);
  const order = Uint32Array.from(logits, (_, id) => id).filter((id) => !out.has(id));
  return [...order.toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b).subarray(0, count)];
}
