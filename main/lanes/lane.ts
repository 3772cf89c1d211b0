import type { LaneKind, Pick } from '../contract/lanes';
import type { Markers } from '../contract/model';
import type { Candidates } from '../contract/steps';
import type { Drawing, Walk } from '../measures/walk-parts';

/** Stands in a history where a thought, which has no token, was fed back. */
export const thoughtInHistory = -1;

/** Everything a lane may look at when it decides one branch's next step. */
export interface LaneView {
  /** Of the last pass, length V, natural-log scale, temperature 1. Not to be written into. */
  readonly logits: Float32Array;
  /** Post-norm hidden state of the last pass, length D. */
  readonly hidden: Float32Array;
  /** Token ids the branch has emitted so far, `thoughtInHistory` for a thought; its length is the index of the step to decide. */
  readonly history: readonly number[];
  /** This step's number of the branch's seeded stream, uniform in [0, 1). Every step has one, used or not. */
  readonly uniform: number;
  /** Gives what a walk over the logits found, where one was made for all who look at them. */
  readonly walk?: () => Walk;
}

/** What a branch emits and consumes next. */
export type Move =
  | {
      readonly kind: 'token';
      readonly tokenId: number;
      /** The lane inserted it; the model did not choose it. */
      readonly forced: boolean;
      /** After the sampler; empty when forced. */
      readonly sampled: Candidates;
    }
  /** `vector`, length D, is fed back in place of a token's embedding. */
  | { readonly kind: 'thought'; readonly vector: Float32Array };

/** A branch as its lane judges it at the end. Scores are in nats, null where the branch sampled nothing. */
export interface BranchResult {
  readonly answer: string | null;
  readonly meanLogProbability: number | null;
  readonly selfCertainty: number | null;
}

/** Branches are given by index; null where none qualifies. */
export interface Decision {
  /** The branch whose answer is the lane's. */
  readonly branch: number | null;
  /** What each score would pick; empty where a lane does not choose. */
  readonly picks: readonly { readonly pick: Pick; readonly branch: number | null }[];
}

/**
 * A reasoning method: a rule for the next input, and one for choosing between branches. It keeps no state: both rules are pure
 * functions of their arguments, which is what makes runs repeatable, forks replayable and lanes testable without a model.
 */
export interface Lane {
  readonly kind: LaneKind;
  /** Branches started at the end of the prompt. */
  readonly branches: number;
  /** A branch that has not emitted ⟨end⟩ after so many steps is cut. */
  readonly maximumSteps: number;
  /** What `next` draws with, where it draws: told before, so that sums over the vocabulary are there when it does. */
  readonly drawing?: Drawing;
  next(view: LaneView): Move;
  decide(branches: readonly BranchResult[]): Decision;
}

/** What a lane needs to know besides its settings. */
export interface LaneContext {
  readonly markers: Markers;
  /** Candidates to keep of what was sampled from. */
  readonly candidates: number;
}
