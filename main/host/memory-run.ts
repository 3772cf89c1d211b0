import { InterlinearError } from '../contract/errors';
import { modelOfLane } from '../contract/lane-models';
import type { RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';
import { keptStep, type TappedStep } from '../runtime/run-sink';
import type { RunSource, Tap, TapName } from './run-source';

/** Steps in memory with their tensors, by lane and branch: of a run that nothing records, or from where recording failed. */
export class MemoryRun implements RunSource {
  readonly info: RunInfo;
  readonly #branches = new Map<string, TappedStep[]>();

  constructor(info: RunInfo) {
    this.info = info;
  }

  add(steps: readonly TappedStep[]): void {
    for (const given of steps) {
      const step = keptStep(given);
      const key = branchKey(step.record.lane, step.record.branch);
      const branch = this.#branches.get(key);
      if (branch) branch.push(step);
      else this.#branches.set(key, [step]);
    }
  }

  steps(lane: number, branch: number, first = 0, count = Infinity): Promise<readonly StepRecord[]> {
    const steps = this.#branches.get(branchKey(lane, branch)) ?? [];
    return Promise.resolve(steps.slice(first, first + count).map((step) => step.record));
  }

  indices(lane: number, branch: number): readonly number[] {
    return (this.#branches.get(branchKey(lane, branch)) ?? []).map(({ record }) => record.index);
  }

  tap(lane: number, branch: number, step: number, name: TapName, stream?: number): Promise<Tap> {
    const steps = this.#branches.get(branchKey(lane, branch)) ?? [];
    const tapped = steps[step - (steps[0]?.record.index ?? 0)];
    if (!tapped) throw new InterlinearError('unknown-run', `Lane ${lane + 1}, branch ${branch + 1} has no step ${step + 1}.`);
    if (name === 'residual') {
      const { streams } = modelOfLane(this.info, lane).layout;
      const width = tapped.residual.length / streams;
      if (stream === undefined) return Promise.resolve({ shape: [streams, width], data: tapped.residual });
      return Promise.resolve({ shape: [width], data: tapped.residual.slice(stream * width, (stream + 1) * width) });
    }
    if (!tapped.thought) throw new InterlinearError('unsupported', `Step ${step + 1} fed back a token, not a thought.`);
    return Promise.resolve({ shape: [tapped.thought.length], data: tapped.thought });
  }

  close(): Promise<void> {
    this.#branches.clear();
    return Promise.resolve();
  }
}

function branchKey(lane: number, branch: number): string {
  return `${lane}/${branch}`;
}
