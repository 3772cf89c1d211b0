import type { CotSettings, SamplerSettings } from '../contract/lanes';
import type { Lane, LaneContext, LaneView, Move } from './lane';
import { draw, firstBranch, force } from './moves';

/** The rule of a chain in tokens: ⟨think⟩, then whatever the model says. The model itself goes over to ⟨answer⟩. */
export function chainRule(settings: SamplerSettings, context: LaneContext): (view: LaneView) => Move {
  return (view) => (view.history.length === 0 ? force(context.markers.think) : draw(view, settings, context));
}

/** Chain of thought, greedy or sampled; several samples are shown beside each other and the first is the answer. */
export function cotLane(settings: CotSettings, context: LaneContext): Lane {
  return {
    kind: settings.kind,
    branches: settings.samples,
    maximumSteps: settings.maximumSteps,
    next: chainRule(settings, context),
    decide: firstBranch,
  };
}
