import type { BranchRecord, LaneRecord } from '../../contract/run';
import type { StepRecord } from '../../contract/steps';
import { keptStep, type RunSink, type TappedStep } from '../run-sink';

/** A sink that keeps everything, in order. */
export class CollectingSink implements RunSink {
  readonly ticks: (readonly TappedStep[])[] = [];
  readonly branchRecords: BranchRecord[] = [];
  readonly laneRecords: LaneRecord[] = [];

  steps(steps: readonly TappedStep[]): void | Promise<void> {
    this.ticks.push(steps.map(keptStep));
  }

  branch(record: BranchRecord): void {
    this.branchRecords.push(record);
  }

  lane(record: LaneRecord): void {
    this.laneRecords.push(record);
  }

  /** Steps of one branch, in order. */
  taps(lane: number, branch = 0): TappedStep[] {
    return this.ticks.flat().filter(({ record }) => record.lane === lane && record.branch === branch);
  }

  /** Step records by lane, branch and step, without the times. */
  timeless(): (Omit<StepRecord, 'milliseconds'> & { readonly milliseconds: undefined })[] {
    const records = this.ticks.flat().map(({ record }) => ({ ...record, milliseconds: undefined }));
    return records.toSorted((a, b) => a.lane - b.lane || a.branch - b.branch || a.index - b.index);
  }

  /** The last record of a lane. */
  finalLane(lane: number): LaneRecord {
    return found(this.laneRecords.findLast((record) => record.lane === lane));
  }

  /** The last record of a branch. */
  finalBranch(lane: number, branch = 0): BranchRecord {
    return found(this.branchRecords.findLast((record) => record.lane === lane && record.branch === branch));
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('No such record was sent');
  return value;
}
