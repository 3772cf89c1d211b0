import type { CotSettings, SamplerSettings } from '../contract/lanes';
import type { Lane, LaneContext, LaneView, Move } from './lane';
import { draw, firstBranch, opening } from './moves';
import { drawingFor } from './sampler';

/**
 * The rule of a chain in tokens: what tells the model to think, then whatever it says. It goes over to its answer by itself.
 * @param excluded tokens it is not to say
 */
export function chainRule(settings: SamplerSettings, context: LaneContext, excluded: readonly number[] = []): (view: LaneView) => Move {
  return (view) => opening(view, context.markers.think) ?? draw({ ...view, excluded }, settings, context);
}

/** Chain of thought, greedy or sampled; several samples are shown beside each other and the first is the answer. */
export function cotLane(settings: CotSettings, context: LaneContext): Lane {
  const excluded = settings.ignoreEnd ? context.markers.ends : [];
  return {
    kind: settings.kind,
    branches: settings.samples,
    maximumSteps: settings.maximumSteps,
    drawing: drawingFor(settings, excluded),
    next: chainRule(settings, context, excluded),
    decide: firstBranch,
  };
}
