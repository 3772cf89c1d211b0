import { firstDivergence } from '../../state/first-divergence';
import { shownBranch } from '../../state/run-model';
import type { LaneView, RunView } from '../../state/run-view';

/** How a lane of one run differs from the same lane of the run above it. */
export interface LaneDifference {
  /** The answer before, where it changed; null where it did not. */
  readonly answerBefore: string | null;
  /** First step that says something else, from 0, or null where there is none. */
  readonly divergence: number | null;
  /** Mean entropy per step minus that of the run above, in bits. NaN where either has no step. */
  readonly entropyChange: number;
}

function meanEntropy(lane: LaneView): number {
  const values = shownBranch(lane)?.steps.column('entropy');
  if (values === undefined || values.length === 0) return NaN;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A finished lane never changes, and to compare two means to read both: each pair is compared once. */
const compared = new WeakMap<LaneView, WeakMap<LaneView, LaneDifference>>();

/** Null while either run is under way: what is not finished cannot be said to differ. */
export function compareLanes(above: RunView, laneAbove: LaneView, run: RunView, lane: LaneView): LaneDifference | null {
  if (above.outcome === null || run.outcome === null) return null;
  const known = compared.get(laneAbove)?.get(lane);
  if (known !== undefined) return known;
  const before = laneAbove.record?.answer ?? 'no answer';
  const after = lane.record?.answer ?? 'no answer';
  const difference: LaneDifference = {
    answerBefore: before === after ? null : before,
    divergence: firstDivergence({ run, lane }, { run: above, lane: laneAbove }),
    entropyChange: meanEntropy(lane) - meanEntropy(laneAbove),
  };
  const ofAbove = compared.get(laneAbove) ?? new WeakMap<LaneView, LaneDifference>();
  compared.set(laneAbove, ofAbove.set(lane, difference));
  return difference;
}
