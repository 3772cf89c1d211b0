import type { Bits, BranchIndex, LaneIndex, Milliseconds, StepIndex } from './ids';

export const stepKinds = ['prompt', 'token', 'thought', 'mixture', 'loop'] as const;
export type StepKind = (typeof stepKinds)[number];

/** Token ids with a probability each, highest first. Both arrays have the same length. */
export interface Candidates {
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

/** The logit lens at one layer: final norm and unembedding applied to that layer's residual stream. */
export interface LayerReading {
  /** Euclidean norm of the residual stream. */
  readonly norm: number;
  /** Probability of the step's target token (see `StepRecord.targetId`) at this layer. */
  readonly probability: number;
  /** Rank of the target token at this layer, 1 = highest. */
  readonly rank: number;
  readonly entropy: Bits;
  readonly top: Candidates;
}

/**
 * One position produced by one branch, with the readings of the forward pass that produced it: the pass whose last
 * position is the one *before* this step. A token was drawn from that pass's distribution; a thought is that pass's
 * post-norm hidden state, fed back.
 */
export interface StepRecord {
  readonly lane: LaneIndex;
  readonly branch: BranchIndex;
  readonly index: StepIndex;
  readonly kind: StepKind;
  /** The token emitted, or -1 for a thought. */
  readonly tokenId: number;
  /** The lens' target: the token emitted, or for a thought the last layer's top-1. */
  readonly targetId: number;
  /** The lane inserted this token (a marker); the model did not choose it. */
  readonly forced: boolean;
  /** Natural logarithm of the emitted token's probability under the model (temperature 1), in nats. NaN for a thought. */
  readonly logProbability: number;
  /** -log2 of the same probability. NaN for a thought. */
  readonly surprisal: Bits;
  /** Entropy of the full-vocabulary distribution at temperature 1. */
  readonly entropy: Bits;
  /** Probability of the first candidate minus that of the second. */
  readonly margin: number;
  /** Cosine of this pass's post-norm hidden state to the previous step's; NaN at a branch's first step. */
  readonly cosineToPrevious: number;
  /** Wall time of the forward pass that produced this step (shared by all rows of its batch). */
  readonly milliseconds: Milliseconds;
  /** Top candidates at temperature 1, before the sampler. */
  readonly candidates: Candidates;
  /** Top candidates after temperature, top-k, top-p and min-p; empty where nothing was sampled (forced or thought). */
  readonly sampled: Candidates;
  /** Length L + 1: embeddings, then after each layer. */
  readonly layers: readonly LayerReading[];
  /** For a thought: the tokens whose input embeddings are nearest by cosine, with the cosines; else empty. */
  readonly nearest: Candidates;
}
