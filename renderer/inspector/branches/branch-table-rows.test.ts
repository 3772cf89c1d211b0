import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../testing/sample-run';
import { endLabel, representative } from './branch-groups';
import { nodeText, trieBranches } from './branch-steps';
import { type BranchRow, branchTableRows, disagreement, sortBranches } from './branch-table-rows';
import { branchTrie } from './branch-trie';
import { treeLayout } from './tree-layout';

const run = sampleRun();
const best = run.lanes[2];
if (best === undefined) throw new Error('The sample has a best-of-N lane');
const rows = branchTableRows(best);

describe('the branch table', () => {
  it('sorts by any column with missing values last either way', () => {
    const some: BranchRow[] = rows.slice(0, 3).map((row, i) => ({ ...row, votes: [0.2, null, 0.7][i] ?? null }));
    const order = (descending: boolean): number[] => sortBranches(some, { by: 'votes', descending }).map((row) => row.branch);
    expect(order(true)).toEqual([2, 0, 1]);
    expect(order(false)).toEqual([0, 2, 1]);
  });

  it('says which scores pick a branch and whether they agree', () => {
    expect(rows.flatMap((row) => row.picks).toSorted()).toEqual(['majority', 'mean-log-probability', 'self-certainty']);
    const answers = new Set(best.record?.picks.map((pick) => pick.answer));
    expect(disagreement(best) !== null).toBe(answers.size > 1);
  });
});

describe('the branch tree', () => {
  const trie = branchTrie(trieBranches(best, run.info.vocabulary));

  it('starts with the marker all share and holds every branch once at its ends', () => {
    expect(trie.steps[0]?.text).toBe('⟨think⟩');
    const ends = (node: typeof trie): readonly number[] => [...node.ends, ...node.children.flatMap(ends)];
    expect(ends(trie).toSorted((a, b) => a - b)).toEqual(best.branches.map((branch) => branch.branch));
  });

  it('labels the ends with answer, verdict and count', () => {
    expect(endLabel(best, [0, 1, 2, 3, 4])).toEqual({ text: 'tom ×5', verdict: 'right', cut: false, running: false });
    expect(representative(best, [7, 8])).toBe(7);
    expect(
      representative(
        best,
        best.branches.map((branch) => branch.branch),
      ),
    ).toBe(best.shown);
  });

  it('leaves the answer of a leaf to its label and shortens long runs', () => {
    const steps = 'a b c d e f g'.split(' ').map((text) => ({ key: text, text }));
    expect(nodeText(steps)).toBe('a b … f g (7)');
    expect(nodeText([...steps.slice(0, 2), { key: 'x', text: '⟨answer⟩', answer: true }, { key: 'y', text: 'tom', answer: true }])).toBe(
      'a b',
    );
  });

  it('keeps labels of one column apart', () => {
    const { nodes } = treeLayout(trie, { width: 480, height: 200 });
    const gaps = nodes.flatMap((a) => nodes.filter((b) => a !== b && a.x === b.x).map((b) => Math.abs(a.y - b.y)));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(20);
  });
});
