import type { BranchView, LaneView } from '../../state/run-view';

/** What an end of the tree says: the answer of the branches that end there. */
export interface EndLabel {
  readonly text: string;
  readonly verdict: 'right' | 'wrong' | 'none';
  /** Every branch here was cut off or cancelled. */
  readonly cut: boolean;
  readonly running: boolean;
}

const branchOf = (lane: LaneView, branch: number): BranchView | undefined => lane.branches.find((view) => view.branch === branch);

/** Characters of an answer that are printed; free text can be long. */
const longestAnswer = 24;

/** @param branches numbers of the branches that end at one place: identical texts, so one answer @param free the task has no answer: branches are named by number */
export function endLabel(lane: LaneView, branches: readonly number[], free = false): EndLabel {
  const records = branches.map((branch) => branchOf(lane, branch)?.record ?? null);
  const first = records.find((record) => record !== null) ?? null;
  const cut = records.length > 0 && records.every((record) => record?.state === 'cut' || record?.state === 'cancelled');
  const running = records.some((record) => record === null || record.state === 'running');
  const times = branches.length > 1 ? ` ×${branches.length}` : '';
  const missing = running ? '…' : cut ? 'cut' : free ? `branch ${(branches[0] ?? 0) + 1}` : 'no answer';
  const answer = first?.answer ?? null;
  const short = answer !== null && answer.length > longestAnswer ? `${answer.slice(0, longestAnswer - 1).trimEnd()}…` : answer;
  return { text: `${short ?? missing}${times}`, verdict: first?.verdict ?? 'none', cut, running };
}

/** The branch a node stands for when it is clicked: the one shown if it passes here, else the first that was not cut. */
export function representative(lane: LaneView, branches: readonly number[]): number | null {
  if (branches.includes(lane.shown)) return lane.shown;
  return branches.find((branch) => branchOf(lane, branch)?.record?.state !== 'cut') ?? branches[0] ?? null;
}

/** Nothing but cut or cancelled branches passes here. */
export function allCut(lane: LaneView, branches: readonly number[]): boolean {
  return branches.every((branch) => {
    const state = branchOf(lane, branch)?.record?.state;
    return state === 'cut' || state === 'cancelled';
  });
}
