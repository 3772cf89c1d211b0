import { setImmediate } from 'node:timers/promises';
import { type ErrorReport, toErrorReport } from '../contract/errors';
import type { Schedule } from '../contract/run';
import type { BranchRun } from './branch-run';
import type { Decoder, PromptCache } from './decoder';
import type { LaneRun } from './lane-run';
import type { PassReader, PassReading } from './pass-reader';
import { RowTree, type Standing } from './row-tree';
import type { RunSink, TappedStep } from './run-sink';

/** The lanes of one model: they go through its passes together. */
export interface LaneGroup {
  readonly decoder: Decoder;
  readonly reader: PassReader;
  /** Whoever makes the group disposes of it. */
  readonly prompt: PromptCache;
  /** The pass at the prompt's last position, from which every branch starts. */
  readonly root: PassReading;
  /** In order of their index. */
  readonly lanes: readonly LaneRun[];
}

export interface SchedulerInput {
  /** A group for each model of the run. */
  readonly groups: readonly LaneGroup[];
  readonly schedule: Schedule;
  readonly sink: RunSink;
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

/**
 * Runs every lane to its end. `lockstep` puts all live rows of all lanes of a model in one forward pass per tick, computing shared
 * beginnings once, and gives models their ticks in turn; `isolated` runs one row at a time, lane by lane and branch by branch, so that a
 * repeat does the same arithmetic in the same order. A lane whose rule throws fails alone; a pass that throws fails every lane in it,
 * while other models' lanes go on. An abort is seen between ticks and keeps what was recorded. Errors of the sink are not caught.
 * @returns the error of the first pass that threw, or null
 */
export async function runLanes(input: SchedulerInput): Promise<ErrorReport | null> {
  const { groups, schedule } = input;
  const all = groups.flatMap((group) => group.lanes.map((lane) => ({ group, lane }))).toSorted((a, b) => a.lane.lane - b.lane.lane);
  const together =
    schedule === 'lockstep'
      ? [groups.map((group) => ({ group, branches: group.lanes.flatMap((lane) => lane.branches) }))]
      : all.flatMap(({ group, lane }) => lane.branches.map((branch) => [{ group, branches: [branch] }]));
  let firstError: ErrorReport | null = null;
  for (const parts of together) {
    const walks = parts.map(({ group, branches }) => new GroupWalk(input, group, branches));
    const error = await walkTogether(walks, input.signal);
    firstError ??= error;
  }
  for (const { lane } of all) lane.cancel();
  return firstError;
}

/** One tick of each group in turn, until none is left. */
async function walkTogether(walks: readonly GroupWalk[], signal: AbortSignal): Promise<ErrorReport | null> {
  let firstError: ErrorReport | null = null;
  let going = walks;
  try {
    while (going.length > 0) {
      for (const walk of going) {
        if (!(await walk.takeSteps())) continue;
        // Between ticks, messages are seen: a request to stop among them.
        await setImmediate();
        if (signal.aborted) return firstError;
        const error = await walk.advance();
        firstError ??= error;
      }
      going = going.filter((walk) => walk.goesOn);
    }
  } finally {
    for (const walk of walks) walk.dispose();
  }
  return firstError;
}

/** Branches of one model on their way. */
class GroupWalk {
  readonly #input: SchedulerInput;
  readonly #group: LaneGroup;
  readonly #tree: RowTree;
  #standing: readonly Standing[];

  constructor(input: SchedulerInput, group: LaneGroup, branches: readonly BranchRun[]) {
    this.#input = input;
    this.#group = group;
    this.#tree = new RowTree(group.decoder, group.prompt, group.reader, input.clock);
    const start = { cache: null, reading: group.root };
    this.#standing = branches
      .map((branch) => ({ branch, node: start }))
      .filter((each) => !this.#laneOf(each).ended && !input.signal.aborted);
    for (const each of this.#standing) this.#laneOf(each).begin(each.branch);
  }

  get goesOn(): boolean {
    return this.#standing.length > 0;
  }

  /** Every standing branch takes a step, the steps are recorded, and the lanes report. @returns whether any goes on */
  async takeSteps(): Promise<boolean> {
    const { sink, clock } = this.#input;
    const standing = this.#standing;
    const taken: TappedStep[] = [];
    const failures = new Map<LaneRun, unknown>();
    for (const each of standing) {
      const lane = this.#laneOf(each);
      if (failures.has(lane)) continue;
      try {
        taken.push(each.branch.take(each.node.reading));
      } catch (thrown) {
        failures.set(lane, thrown);
      }
    }
    if (taken.length > 0) await sink.steps(taken);
    const now = clock();
    for (const lane of new Set(standing.map((each) => this.#laneOf(each)))) {
      const ended = standing.flatMap(({ branch }) => (branch.lane === lane.lane && branch.state !== 'running' ? [branch] : []));
      if (failures.has(lane)) lane.fail(failures.get(lane));
      else lane.progress(ended, now);
    }
    this.#standing = standing.filter((each) => each.branch.state === 'running');
    return this.goesOn;
  }

  /** One pass. @returns the error of a pass that threw: its lanes have failed then */
  async advance(): Promise<ErrorReport | null> {
    const taking = new Set(this.#standing.map((each) => this.#laneOf(each)));
    try {
      const advanced = await this.#tree.advance(this.#standing);
      this.#standing = advanced.standing;
      for (const lane of taking) lane.timeForward(advanced.from, advanced.to);
      return null;
    } catch (thrown) {
      for (const lane of taking) lane.fail(thrown);
      this.#standing = [];
      return toErrorReport(thrown);
    }
  }

  dispose(): void {
    this.#tree.dispose();
  }

  #laneOf({ branch }: Standing): LaneRun {
    const lane = this.#group.lanes.find((one) => one.lane === branch.lane);
    if (!lane) throw new Error(`No lane ${branch.lane}`);
    return lane;
  }
}
