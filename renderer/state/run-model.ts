import type { ErrorReport } from '../../main/contract/errors';
import { type LaneLayouts, scalarPlace, stepPlaces } from '../../main/contract/frame';
import { layoutsOf, modelOfLane } from '../../main/contract/lane-models';
import type { RunEvent } from '../../main/contract/protocol';
import type { BranchRecord, LaneRecord, RunInfo, RunOutcome } from '../../main/contract/run';
import { PackedStepSeries } from './packed-step-series';
import type { BranchView, LaneView, RunView } from './run-view';

type StartedEvent = Extract<RunEvent, { type: 'started' }>;

interface Branch {
  record: BranchRecord | null;
  readonly steps: PackedStepSeries;
}

interface Lane {
  record: LaneRecord | null;
  readonly branches: Map<number, Branch>;
  /** The user's choice of branch. */
  chosen: number | null;
  /** Null once something in the lane has changed: unchanged lanes keep their view, so React skips them. */
  view: LaneView | null;
}

const neverFinished: Omit<RunOutcome, 'status' | 'error'> = { milliseconds: NaN, prefillMilliseconds: NaN, parity: [] };

/** One run, built up from its events outside React; `view` is the immutable picture of it that React compares. */
export class RunModel {
  readonly id: string;
  readonly #info: RunInfo;
  readonly #layoutOf: LaneLayouts;
  readonly #recorded: boolean;
  readonly #lanes: readonly Lane[];
  #outcome: RunOutcome | null = null;
  #trace: RunView['trace'] = null;
  #recordingError: ErrorReport | null = null;
  #revision = 0;
  #view: RunView | null = null;

  constructor(started: StartedEvent) {
    this.id = started.run;
    this.#info = started.info;
    this.#layoutOf = layoutsOf(started.info);
    this.#recorded = started.recorded;
    this.#lanes = started.info.request.lanes.map(() => ({ record: null, branches: new Map(), chosen: null, view: null }));
  }

  get recordingError(): ErrorReport | null {
    return this.#recordingError;
  }

  /** Takes in one event of this run. @throws RangeError for a packed array that does not hold whole steps of known lanes */
  apply(event: Exclude<RunEvent, StartedEvent>): void {
    this.#view = null;
    this.#revision += 1;
    switch (event.type) {
      case 'steps':
        this.#appendSteps(event.packed);
        return;
      case 'branch': {
        this.#branch(event.record.lane, event.record.branch).record = event.record;
        return;
      }
      case 'lane':
        this.#touch(event.record.lane).record = event.record;
        return;
      case 'finished':
        this.#outcome = event.outcome;
        this.#trace = event.trace;
        this.#recordingError = event.recordingError;
        return;
      default:
        event satisfies never;
    }
  }

  /** Shows another branch of a lane in its strip and under the cursor; null goes back to the answer's. */
  showBranch(lane: number, branch: number | null): void {
    this.#touch(lane).chosen = branch;
    this.#view = null;
    this.#revision += 1;
  }

  /** The engine is gone: what has come is kept and shown as interrupted. */
  interrupt(error: ErrorReport): void {
    if (this.#outcome !== null) return;
    this.#outcome = { ...neverFinished, status: 'interrupted', error };
    for (const lane of this.#lanes) {
      if (lane.record === null || lane.record.state === 'running' || lane.record.state === 'waiting') lane.view = null;
    }
    this.#view = null;
    this.#revision += 1;
  }

  view(): RunView {
    this.#view ??= {
      id: this.id,
      info: this.#info,
      recorded: this.#recorded,
      lanes: this.#lanes.map((lane, index) => this.#laneView(lane, index)),
      outcome: this.#outcome,
      trace: this.#trace,
      revision: this.#revision,
    };
    return this.#view;
  }

  #touch(index: number): Lane {
    const lane = this.#lanes[index];
    if (lane === undefined) throw new RangeError(`Run ${this.id} has no lane ${index}`);
    lane.view = null;
    return lane;
  }

  #branch(laneIndex: number, index: number): Branch {
    const lane = this.#touch(laneIndex);
    const known = lane.branches.get(index);
    if (known !== undefined) return known;
    const branch: Branch = { record: null, steps: new PackedStepSeries(this.#layoutOf(laneIndex)) };
    lane.branches.set(index, branch);
    return branch;
  }

  #appendSteps(packed: Float32Array): void {
    for (const at of stepPlaces(packed, this.#layoutOf)) {
      const index = packed[at] ?? -1;
      const branchPlace = scalarPlace('branch', this.#layoutOf(index));
      this.#branch(index, packed[at + branchPlace] ?? 0).steps.append(packed, at);
    }
  }

  #laneView(lane: Lane, index: number): LaneView {
    if (lane.view !== null) return lane.view;
    const settings = this.#info.request.lanes[index];
    if (settings === undefined) throw new RangeError(`Run ${this.id} has no lane ${index}`);
    const branches = [...lane.branches.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([branch, { record, steps }]): BranchView => ({ branch, record, steps }));
    const shown = lane.chosen ?? lane.record?.branch ?? branches[0]?.branch ?? 0;
    lane.view = { lane: index, settings, modelInfo: modelOfLane(this.#info, index), record: lane.record, branches, shown };
    return lane.view;
  }
}

/** The branch of a lane that is on screen, if any step of it has come. */
export function shownBranch(lane: LaneView): BranchView | undefined {
  return lane.branches.find((branch) => branch.branch === lane.shown) ?? lane.branches[0];
}
