import type { Pick } from '../../../main/contract/lanes';
import type { BranchRecord, Verdict } from '../../../main/contract/run';
import type { LaneView } from '../../state/run-view';
import type { Table } from '../export/save-table';

export interface BranchRow {
  readonly branch: number;
  readonly state: BranchRecord['state'];
  readonly answer: string | null;
  readonly verdict: Verdict;
  readonly meanLogProbability: number | null;
  readonly selfCertainty: number | null;
  readonly votes: number | null;
  readonly steps: number;
  /** The scores that pick this branch. */
  readonly picks: readonly Pick[];
  readonly text: string;
}

export interface BranchSort {
  readonly by: 'branch' | 'answer' | 'meanLogProbability' | 'selfCertainty' | 'votes' | 'steps';
  readonly descending: boolean;
}

export function branchTableRows(lane: LaneView): BranchRow[] {
  return lane.branches.map(({ branch, record, steps }) => ({
    branch,
    state: record?.state ?? 'running',
    answer: record?.answer ?? null,
    verdict: record?.verdict ?? 'none',
    meanLogProbability: record?.scores.meanLogProbability ?? null,
    selfCertainty: record?.scores.selfCertainty ?? null,
    votes: record?.scores.votes ?? null,
    steps: steps.length,
    picks: lane.record?.picks.filter((pick) => pick.branch === branch).map(({ pick }) => pick) ?? [],
    text: record?.text ?? '',
  }));
}

/** Sorted copy; rows without a value stand last either way, equal ones in order of branch. */
export function sortBranches(rows: readonly BranchRow[], { by, descending }: BranchSort): BranchRow[] {
  return rows.toSorted((a, b) => {
    const [left, right] = [a[by], b[by]];
    if (left === right) return a.branch - b.branch;
    if (left === null) return 1;
    if (right === null) return -1;
    return (left < right ? -1 : 1) * (descending ? -1 : 1);
  });
}

/** Picks that would give different answers, in words; null when all agree or there are none. */
export function disagreement(lane: LaneView): string | null {
  const picks = lane.record?.picks ?? [];
  const answers = new Set(picks.map((pick) => pick.answer));
  return answers.size > 1 ? 'The scores disagree' : null;
}

export function branchCsv(run: string, lane: LaneView): Table {
  return {
    columns: [
      'run',
      'lane',
      'branch',
      'state',
      'answer',
      'verdict',
      'mean_log_probability_nats',
      'self_certainty_nats',
      'votes',
      'steps',
      'picked_by',
      'text',
    ],
    rows: branchTableRows(lane).map((row) => [
      run,
      lane.lane,
      row.branch,
      row.state,
      row.answer,
      row.verdict,
      row.meanLogProbability,
      row.selfCertainty,
      row.votes,
      row.steps,
      row.picks.join(' '),
      row.text,
    ]),
  };
}
