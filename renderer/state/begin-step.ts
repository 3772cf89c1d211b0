import { shownBranch } from './run-model';
import type { LaneView, RunView } from './run-view';

/** A step to begin at, where nobody has chosen one. */
interface Beginning {
  readonly lane: number;
  readonly step: number;
}

/**
 * Of a run under way: the first step, behind the very first, that its last lane chose itself, as soon as there is one. Of one that has ended: that of
 * the last lane that has steps, or its second where it chose none.
 */
export function beginStep(run: RunView): Beginning | null {
  const ended = run.outcome !== null;
  const lane = ended ? run.lanes.findLast((candidate) => stepsOf(candidate) > 1) : run.lanes.at(-1);
  const step = lane && (firstChosen(lane) ?? (ended ? 1 : null));
  return lane === undefined || step == null ? null : { lane: lane.lane, step };
}

const stepsOf = (lane: LaneView): number => shownBranch(lane)?.steps.length ?? 0;

function firstChosen(lane: LaneView): number | null {
  const steps = shownBranch(lane)?.steps;
  for (let step = 1; step < stepsOf(lane); step++) if (steps?.at(step)?.forced === false) return step;
  return null;
}
