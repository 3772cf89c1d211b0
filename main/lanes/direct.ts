import type { DirectSettings } from '../contract/lanes';
import type { Lane, LaneContext } from './lane';
import { draw, firstBranch, greedy, opening } from './moves';

/** The answer at once: the answer's marker where the model has one, then greedy tokens. */
export function directLane(settings: DirectSettings, context: LaneContext): Lane {
  return {
    kind: settings.kind,
    branches: 1,
    maximumSteps: settings.maximumSteps,
    next: (view) => opening(view, context.markers.answer) ?? draw(view, greedy, context),
    decide: firstBranch,
  };
}
