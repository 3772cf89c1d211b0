/** One step of a branch as the tree sees it: equal keys at the same place are the same step. */
export interface TrieStep {
  readonly key: string;
  readonly text: string;
  /** Part of the answer, which the end of the tree names once for all: the tree does not spell it out again. */
  readonly answer?: boolean;
}

export interface TrieBranch {
  readonly branch: number;
  readonly steps: readonly TrieStep[];
}

/** A run of steps that the same branches share; it ends where they part or where one of them ends. */
export interface TrieNode {
  /** Place of the first of `steps` in its branches, from 0. */
  readonly start: number;
  readonly steps: readonly TrieStep[];
  /** Every branch that passes through, ascending. */
  readonly branches: readonly number[];
  /** The branches among them whose last step this node holds. */
  readonly ends: readonly number[];
  readonly children: readonly TrieNode[];
}

function grow(branches: readonly TrieBranch[], start: number): TrieNode {
  const first = branches[0];
  let end = start;
  const shared = (place: number): boolean => {
    const key = first?.steps[place]?.key;
    return key !== undefined && branches.every((branch) => branch.steps[place]?.key === key);
  };
  while (shared(end)) {
    end++;
    if (branches.some((branch) => branch.steps.length === end)) break;
  }
  const groups = new Map<string, TrieBranch[]>();
  const ends: number[] = [];
  for (const branch of branches) {
    const next = branch.steps[end];
    if (next === undefined) {
      ends.push(branch.branch);
      continue;
    }
    const group = groups.get(next.key);
    if (group === undefined) groups.set(next.key, [branch]);
    else group.push(branch);
  }
  return {
    start,
    steps: first?.steps.slice(start, end) ?? [],
    branches: branches.map((branch) => branch.branch),
    ends,
    children: Array.from(groups.values(), (group) => grow(group, end)),
  };
}

/**
 * Merges branches by common prefix into a compressed trie. Depth of recursion is the number of places where branches
 * part, never the number of steps. The root may hold no step at all, when the branches differ from their first.
 */
export function branchTrie(branches: readonly TrieBranch[]): TrieNode {
  return grow(branches, 0);
}
