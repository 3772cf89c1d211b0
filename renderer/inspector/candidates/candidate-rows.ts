import type { Candidates, StepRecord } from '../../../main/contract/steps';

export interface CandidateRow {
  readonly id: number;
  readonly text: string;
  /** Probability at temperature 1; null where it was not recorded. */
  readonly before: number | null;
  /** Probability after the sampler; null where nothing was drawn or it was not recorded. */
  readonly after: number | null;
  /** Rank at temperature 1, 1 = highest; null where it was not recorded. */
  readonly rank: number | null;
  /** The token this step emitted. */
  readonly chosen: boolean;
  readonly watched: boolean;
}

/** Which of the likeliest tokens get a row. */
export interface Shown {
  readonly count: number;
  readonly atLeast: number;
}

/** How the step came about, which says what its candidates mean. */
export type StepOrigin = 'sampled' | 'forced' | 'thought';

export function stepOrigin(step: StepRecord): StepOrigin {
  if (step.kind !== 'token') return 'thought';
  return step.forced ? 'forced' : 'sampled';
}

function probabilityIn(candidates: Candidates, id: number): number | null {
  const place = candidates.ids.indexOf(id);
  return place < 0 ? null : (candidates.probabilities[place] ?? null);
}

/** After the sampler: a list shorter than what is kept is all there is, so a token missing from it has probability 0. */
function probabilityAfter(step: StepRecord, id: number, kept: number): number | null {
  const { sampled } = step;
  if (sampled.ids.length === 0) return null;
  return probabilityIn(sampled, id) ?? (sampled.ids.length < kept ? 0 : null);
}

/** The emitted token's probability is recorded even outside the top candidates, and the last layer's lens holds the target's rank. */
function recorded(step: StepRecord, id: number): { readonly before: number | null; readonly rank: number | null } {
  const place = step.candidates.ids.indexOf(id);
  if (place >= 0) return { before: step.candidates.probabilities[place] ?? null, rank: place + 1 };
  const last = step.layers.at(-1);
  const rank = id === step.targetId && last !== undefined && Number.isFinite(last.rank) ? last.rank : null;
  if (id === step.tokenId && Number.isFinite(step.logProbability)) return { before: Math.exp(step.logProbability), rank };
  return { before: id === step.targetId && last !== undefined ? last.probability : null, rank };
}

/**
 * The bars of one step: its likeliest tokens (after the sampler where one ran, else before), then the token emitted and the
 * watched tokens where they are not among them. Nothing is guessed: what was not recorded is null.
 * @param kept candidates the run keeps per step
 * @param shown likeliest tokens wanted, and the probability below which one is not worth a row
 * @param watched token ids pinned by the user
 */
export function candidateRows(
  step: StepRecord,
  vocabulary: readonly string[],
  kept: number,
  shown: Shown,
  watched: readonly number[],
): CandidateRow[] {
  const ranked = new Set([...step.sampled.ids, ...step.candidates.ids]);
  const likeliest = [...ranked]
    .map((id) => ({
      id,
      weight: probabilityAfter(step, id, kept) ?? probabilityIn(step.candidates, id) ?? 0,
      before: probabilityIn(step.candidates, id) ?? 0,
    }))
    .sort((a, b) => b.weight - a.weight || b.before - a.before)
    .filter(({ weight, before }, place) => place === 0 || Math.max(weight, before) >= shown.atLeast)
    .slice(0, shown.count)
    .map(({ id }) => id);
  const ids = new Set(likeliest);
  if (step.tokenId >= 0) ids.add(step.tokenId);
  for (const id of watched) ids.add(id);
  return Array.from(ids, (id) => ({
    id,
    text: vocabulary[id] ?? `#${id}`,
    ...recorded(step, id),
    after: probabilityAfter(step, id, kept),
    chosen: id === step.tokenId,
    watched: watched.includes(id),
  }));
}
