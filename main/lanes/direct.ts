import type { DirectSettings } from '../contract/lanes';
import type { Lane, LaneContext } from './lane';
import { draw, firstBranch, force, greedy } from './moves';

/** The answer at once: ⟨answer⟩, then greedy tokens. */
export function directLane(settings: DirectSettings, context: LaneContext): Lane {
  return {
    kind: settings.kind,
    branches: 1,
    maximumSteps: settings.maximumSteps,
    next: (view) => (view.history.length === 0 ? force(context.markers.answer) : draw(view, greedy, context)),
    decide: firstBranch,
  };
}
