import { InterlinearError } from '../contract/errors';
import type { RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';
import type { TappedStep } from '../runtime/run-sink';
import type { RunSource, Tap, TapName } from './run-source';

/** A run still in memory: all its steps with their tensors, by lane and branch. */
export class MemoryRun implements RunSource {
  readonly info: RunInfo;
  readonly #branches = new Map<string, TappedStep[]>();

  constructor(info: RunInfo) {
    this.info = info;
  }

  add(steps: readonly TappedStep[]): void {
    for (const step of steps) {
      const key = branchKey(step.record.lane, step.record.branch);
      const branch = this.#branches.get(key);
      if (branch) branch.push(step);
      else this.#branches.set(key, [step]);
    }
  }

  steps(lane: number, branch: number): Promise<readonly StepRecord[]> {
    return Promise.resolve((this.#branches.get(branchKey(lane, branch)) ?? []).map((step) => step.record));
  }

  tap(lane: number, branch: number, step: number, name: TapName): Promise<Tap> {
    const tapped = this.#branches.get(branchKey(lane, branch))?.[step];
    if (!tapped) throw new InterlinearError('unknown-run', `Lane ${lane + 1}, branch ${branch + 1} has no step ${step + 1}.`);
    if (name === 'residual')
      return Promise.resolve({
        shape: [this.info.layout.streams, tapped.residual.length / this.info.layout.streams],
        data: tapped.residual,
      });
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
