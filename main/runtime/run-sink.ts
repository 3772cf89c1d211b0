import type { BranchRecord, LaneRecord } from '../contract/run';
import type { StepRecord } from '../contract/steps';

/** A step with the tensors kept of it. */
export interface TappedStep {
  readonly record: StepRecord;
  /** [L + 1, D] residual streams of the pass that produced the step: gone after its tick, see `keptStep`. */
  readonly residual: Float32Array;
  /** [D] the vector fed back, for a thought. */
  readonly thought: Float32Array | null;
}

/** A step that outlives its tick. */
export const keptStep = (step: TappedStep): TappedStep => ({ ...step, residual: step.residual.slice() });

/** Where a run goes while it is executed: the recorder and the windows both are one. Calls come in order. */
export interface RunSink {
  /** All steps of one tick. */
  steps(steps: readonly TappedStep[]): void | Promise<void>;
  branch(record: BranchRecord): void;
  lane(record: LaneRecord): void;
}
