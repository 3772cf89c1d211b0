import type { StepRecord } from '../../../main/contract/steps';
import type { LaneView } from '../../state/run-view';

/** The word at a point of a path: the model's first choice there. */
export function captionOf({ modelInfo }: LaneView, step: StepRecord): string {
  return modelInfo.vocabulary[step.candidates.ids[0] ?? -1] ?? '';
}
