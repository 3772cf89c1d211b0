import type { CotSettings, SamplerSettings } from '../contract/lanes';
import type { Lane, LaneContext, LaneView, Move, TokenScores } from './lane';
import { draw, firstBranch, opening } from './moves';

/** The rule of a chain in tokens: what tells the model to think, then whatever it says. It goes over to its answer by itself. */
export function chainRule(settings: SamplerSettings, context: LaneContext): (view: LaneView) => Move {
  return (view) => opening(view, context.markers.think) ?? draw(view, settings, context);
}

/** Chain of thought, greedy or sampled; several samples are shown beside each other and the first is the answer. */
export function cotLane(settings: CotSettings, context: LaneContext): Lane {
  const rule = chainRule(settings, context);
  return {
    kind: settings.kind,
    branches: settings.samples,
    maximumSteps: settings.maximumSteps,
    next: settings.ignoreEnd ? (view) => rule({ ...view, ...without(view, context.markers.ends) }) : rule,
    decide: firstBranch,
  };
}

/** The same scores with some tokens made impossible. */
function without({ logits, probabilities }: TokenScores, tokens: readonly number[]): TokenScores {
  const masked = { logits: logits.slice(), probabilities: probabilities.slice() };
  for (const token of tokens) {
    masked.logits[token] = -Infinity;
    masked.probabilities[token] = 0;
  }
  return masked;
}
