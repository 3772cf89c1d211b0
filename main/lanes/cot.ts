import type { CotSettings, SamplerSettings } from '../contract/lanes';
import type { Lane, LaneContext, LaneView, Move } from './lane';
import { draw, firstBranch, force } from './moves';

/** The rule of a chain in tokens: ⟨think⟩, then whatever the model says. The model itself goes over to ⟨answer⟩. */
export function chainRule(settings: SamplerSettings, context: LaneContext): (view: LaneView) => Move {
  return (view) => (view.history.length === 0 ? force(context.markers.think) : draw(view, settings, context));
}

/** Chain of thought, greedy or sampled; several samples are shown beside each other and the first is the answer. */
export function cotLane(settings: CotSettings, context: LaneContext): Lane {
  const rule = chainRule(settings, context);
  return {
    kind: settings.kind,
    branches: settings.samples,
    maximumSteps: settings.maximumSteps,
    next: settings.ignoreEnd ? (view) => rule({ ...view, logits: without(view.logits, context.markers.end) }) : rule,
    decide: firstBranch,
  };
}

/** The same logits with one token made impossible. */
function without(logits: Float32Array, tokenId: number): Float32Array {
  const masked = logits.slice();
  masked[tokenId] = -Infinity;
  return masked;
}
