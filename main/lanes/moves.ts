import type { SamplerSettings } from '../contract/lanes';
import type { Decision, LaneContext, LaneView, Move } from './lane';
import { type Draws, drawToken } from './sampler';

/** A marker the lane inserts. */
export function force(tokenId: number): Move {
  return { kind: 'token', tokenId, forced: true, sampled: { ids: [], probabilities: [] } };
}

/** The next of the tokens a lane begins with, or null when all of them stand. */
export function opening(view: LaneView, tokens: readonly number[]): Move | null {
  const token = tokens[view.history.length];
  return token === undefined ? null : force(token);
}

/** A token drawn with the sampler; temperature 0 takes the most probable one. */
export function draw(view: LaneView & Draws, settings: SamplerSettings, context: LaneContext): Move {
  return { kind: 'token', forced: false, ...drawToken(view, settings, view.uniform, context.candidates) };
}

export const greedy: SamplerSettings = { temperature: 0, topK: 0, topP: 1, minP: 0 };

/** The decision of lanes that do not choose: the first branch speaks for the lane. */
export function firstBranch(): Decision {
  return { branch: 0, picks: [] };
}
