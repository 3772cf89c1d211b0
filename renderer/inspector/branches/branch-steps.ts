import { visibleToken } from '../../design/token-pieces';
import type { BranchView, LaneView } from '../../state/run-view';
import type { TrieBranch, TrieStep } from './branch-trie';

/**
 * The branch whose own step this is: a branch forked from another shares its parent's steps before the fork. Two thoughts
 * are the same step only when they are one and the same vector, so the owner is part of a thought's key.
 */
function ownerOf(lane: LaneView, branch: BranchView, step: number): number {
  let current = branch;
  for (let hops = 0; hops < lane.branches.length; hops++) {
    const { record } = current;
    if (record === null || record.parent === null || step >= record.forkStep) break;
    const parent = lane.branches.find((other) => other.branch === record.parent);
    if (parent === undefined) break;
    current = parent;
  }
  return current.branch;
}

const answerMarker = '⟨answer⟩';

/**
 * The steps of every branch of a lane, as the tree compares them.
 * @param subWords the tokens are pieces of words: their spaces are kept as they are, and nothing stands between them
 */
export function trieBranches(lane: LaneView, vocabulary: readonly string[], subWords = false): TrieBranch[] {
  return lane.branches.map((branch) => {
    const steps: TrieStep[] = [];
    let answerFrom = Infinity;
    for (let index = 0; index < branch.steps.length; index++) {
      const record = branch.steps.at(index);
      if (record === undefined) break;
      if (record.kind === 'token') {
        const token = vocabulary[record.tokenId] ?? `#${record.tokenId}`;
        const text = subWords ? token : visibleToken(token);
        if (text === answerMarker && branch.record?.answer != null) answerFrom = index;
        steps.push({ key: `token ${record.tokenId}`, text, answer: index >= answerFrom });
      } else steps.push({ key: `${record.kind} ${ownerOf(lane, branch, index)}`, text: '◆' });
    }
    return { branch: branch.branch, steps };
  });
}

const longestPieces = 30;

/** The words of a node: long runs are shortened, and the answer is left to the label at the end. */
export function nodeText(steps: readonly TrieStep[], subWords = false): string {
  const words = steps.filter((step) => step.answer !== true).map((step) => step.text);
  if (subWords) {
    const text = words.join('').replaceAll(/\s+/g, ' ').trim();
    if (text === '') return words.length > 0 ? '⏎' : '';
    return text.length <= longestPieces ? text : `${text.slice(0, longestPieces - 1).trimEnd()}… (${words.length})`;
  }
  if (words.length <= 5) return words.join(' ');
  return `${words.slice(0, 2).join(' ')} … ${words.slice(-2).join(' ')} (${words.length})`;
}
