import type { tapNames } from '../contract/protocol';
import type { RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';

export interface Tap {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type TapName = (typeof tapNames)[number];

/** Where a run's steps and tensors can be had: its journal while it runs, its bundle afterwards. */
export interface RunSource {
  readonly info: RunInfo;
  /** Steps of one branch, in order: all, or `count` from the `first`. @throws InterlinearError `unknown-run` when there is no such branch. */
  steps(lane: number, branch: number, first?: number, count?: number): Promise<readonly StepRecord[]>;
  /** Indices of a branch's steps, ascending; none where there is no such branch. */
  indices(lane: number, branch: number): readonly number[];
  /**
   * @param stream one of the residual streams alone
   * @throws InterlinearError `unknown-run` when there is no such step, `unsupported` when the step has no such tensor.
   */
  tap(lane: number, branch: number, step: number, name: TapName, stream?: number): Promise<Tap>;
  close(): Promise<void>;
}
