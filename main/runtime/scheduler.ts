import { setImmediate } from 'node:timers/promises';
import { type ErrorReport, toErrorReport } from '../contract/errors';
import type { Schedule } from '../contract/run';
import type { BranchRun } from './branch-run';
import type { Decoder, PromptCache } from './decoder';
import type { LaneRun } from './lane-run';
import type { PassReader, PassReading } from './pass-reader';
import { RowTree, type Standing } from './row-tree';
import type { RunSink, TappedStep } from './run-sink';

export interface SchedulerInput {
  readonly decoder: Decoder;
  readonly reader: PassReader;
  readonly prompt: PromptCache;
  /** The pass at the prompt's last position, from which every branch starts. */
  readonly root: PassReading;
  /** All lanes of the run, in order of their index. */
  readonly lanes: readonly LaneRun[];
  readonly schedule: Schedule;
  readonly sink: RunSink;
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

/**
 * Runs every lane to its end. `lockstep` puts all live rows of all lanes in one forward pass per tick, computing shared beginnings
 * once; `isolated` runs one row at a time, lane by lane and branch by branch, so that a repeat does the same arithmetic in the same order.
 * A lane whose rule throws fails alone; a pass that throws fails every lane in it. An abort is seen between ticks and keeps
 * what was recorded. Errors of the sink are not caught.
 * @returns the error of the first pass that threw, or null
 */
export async function runLanes(input: SchedulerInput): Promise<ErrorReport | null> {
  const branches = input.lanes.flatMap((lane) => lane.branches);
  const together = input.schedule === 'lockstep' ? [branches] : branches.map((branch) => [branch]);
  let firstError: ErrorReport | null = null;
  for (const group of together) {
    const error = await runTogether(input, group);
    firstError ??= error;
  }
  for (const lane of input.lanes) lane.cancel();
  return firstError;
}

async function runTogether(input: SchedulerInput, branches: readonly BranchRun[]): Promise<ErrorReport | null> {
  const { decoder, prompt, reader, root, signal, clock } = input;
  const laneOf = ({ branch }: Standing): LaneRun => laneAt(input, branch.lane);
  const tree = new RowTree(decoder, prompt, reader, clock);
  const start = { cache: null, reading: root };
  let standing: Standing[] = branches.map((branch) => ({ branch, node: start }));
  standing = standing.filter((each) => !laneOf(each).ended && !signal.aborted);
  for (const each of standing) laneOf(each).begin(each.branch);
  try {
    while (standing.length > 0 && !signal.aborted) {
      await takeSteps(input, standing);
      standing = standing.filter((each) => each.branch.state === 'running');
      if (standing.length === 0) break;
      // Between ticks, messages are seen: a request to stop among them.
      await setImmediate();
      if (signal.aborted) break;
      const taking = new Set(standing.map(laneOf));
      try {
        const advanced = await tree.advance(standing);
        standing = advanced.standing;
        for (const lane of taking) lane.timeForward(advanced.from, advanced.to);
      } catch (thrown) {
        for (const lane of taking) lane.fail(thrown);
        return toErrorReport(thrown);
      }
    }
  } finally {
    tree.dispose();
  }
  return null;
}

/** Every standing branch takes a step, the steps are recorded, and the lanes report. */
async function takeSteps(input: SchedulerInput, standing: readonly Standing[]): Promise<void> {
  const taken: TappedStep[] = [];
  const failures = new Map<LaneRun, unknown>();
  for (const { branch, node } of standing) {
    const lane = laneAt(input, branch.lane);
    if (failures.has(lane)) continue;
    try {
      taken.push(branch.take(node.reading));
    } catch (thrown) {
      failures.set(lane, thrown);
    }
  }
  if (taken.length > 0) await input.sink.steps(taken);
  const now = input.clock();
  for (const lane of new Set(standing.map(({ branch }) => laneAt(input, branch.lane)))) {
    const ended = standing.flatMap(({ branch }) => (branch.lane === lane.lane && branch.state !== 'running' ? [branch] : []));
    if (failures.has(lane)) lane.fail(failures.get(lane));
    else lane.progress(ended, now);
  }
}

function laneAt({ lanes }: SchedulerInput, index: number): LaneRun {
  const lane = lanes[index];
  if (!lane) throw new Error(`No lane ${index}`);
  return lane;
}
