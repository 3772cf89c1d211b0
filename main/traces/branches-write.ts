import type { BranchRecord, LaneRecord, RunInfo } from '../contract/run';
import type { FileWriter } from './file-writer';
import type { Column } from './parquet-profile';
import { type Value, writeParquet } from './parquet-write';

interface Context {
  readonly kind: string;
  /** The branch whose answer is the lane's. */
  readonly chosen: number | null;
}

type BranchColumn = Column & { readonly value: (record: BranchRecord, context: Context) => Value };

/** The columns of `branches.parquet`, in order: a row per branch, ordered by lane, branch. */
const branchColumns: readonly BranchColumn[] = [
  { name: 'lane', type: 'INT32', value: (record) => record.lane },
  { name: 'lane_kind', type: 'STRING', value: (_, context) => context.kind },
  { name: 'branch', type: 'INT32', value: (record) => record.branch },
  { name: 'parent_branch', type: 'INT32', nullable: true, value: (record) => record.parent },
  { name: 'fork_step', type: 'INT32', value: (record) => record.forkStep },
  { name: 'steps', type: 'INT32', value: (record) => record.steps },
  { name: 'state', type: 'STRING', value: (record) => record.state },
  { name: 'text', type: 'STRING', value: (record) => record.text },
  { name: 'answer', type: 'STRING', nullable: true, value: (record) => record.answer },
  { name: 'verdict', type: 'STRING', value: (record) => record.verdict },
  { name: 'lane_answer', type: 'BOOLEAN', value: (record, context) => record.branch === context.chosen },
  { name: 'mean_log_probability', type: 'DOUBLE', nullable: true, value: (record) => record.scores.meanLogProbability },
  { name: 'self_certainty', type: 'DOUBLE', nullable: true, value: (record) => record.scores.selfCertainty },
  { name: 'votes', type: 'DOUBLE', nullable: true, value: (record) => record.scores.votes },
];

/** Writes `branches.parquet`, for readers outside; Interlinear itself reads the same records from the manifest. */
export async function writeBranches(
  file: FileWriter,
  run: { readonly info: RunInfo; readonly lanes: readonly LaneRecord[]; readonly branches: readonly BranchRecord[] },
): Promise<void> {
  const rows = run.branches.map((record) => {
    const kind = run.info.request.lanes[record.lane]?.kind ?? '';
    const chosen = run.lanes.find((lane) => lane.lane === record.lane)?.branch ?? null;
    return branchColumns.map((column) => column.value(record, { kind, chosen }));
  });
  const oneGroup = async function* (): AsyncGenerator<readonly (readonly Value[])[]> {
    yield rows;
  };
  await writeParquet(file, branchColumns, oneGroup());
}
