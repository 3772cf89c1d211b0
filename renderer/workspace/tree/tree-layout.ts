import type { Verdict } from '../../../main/contract/run';
import { branchTrie, type TrieNode } from '../../inspector/branches/branch-trie';
import type { LaneView } from '../../state/run-view';
import { readsSubWords } from '../strip/cell-content';
import { thinkingOf } from './thinking';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A run of steps shared by the same branches, placed. Coordinates are pixels from the top left. */
export interface TreeNode extends Point {
  readonly key: string;
  readonly text: string;
  readonly width: number;
  /** Branches that pass through. */
  readonly branches: readonly number[];
  /** Steps of a branch this node holds: the first and the one past the last. */
  readonly start: number;
  readonly end: number;
  /** Where its line comes from. */
  readonly from: Point;
}

/** Where branches end: those that gave the same chain and the same answer. */
export interface TreeLeaf {
  readonly key: string;
  readonly y: number;
  /** End of the last node on its path. */
  readonly from: Point;
  readonly branches: readonly number[];
  readonly answer: string | null;
  readonly verdict: Verdict;
  /** Still growing: there is no answer to wait for yet. */
  readonly running: boolean;
  /** Free text: there may be no answer to tell branches by. */
  readonly free: boolean;
}

export interface TreeLayout {
  readonly nodes: readonly TreeNode[];
  readonly leaves: readonly TreeLeaf[];
  readonly root: Point;
  /** Left edge of the column of answers. */
  readonly answersAt: number;
  readonly width: number;
  readonly height: number;
}

/** Advance of the data face at 11.25 px. */
const character = 6.75;
const leafHeight = 22;
const gaps = { least: 14, most: 40 } as const;
const left = 12;
/** From the root's dot to the first column. */
const stem = 24;
const top = 14;
/** Characters a label may have: as many as there is room for, within these. Text needs more of them to be told apart than names. */
const labelLimits = { least: 7, leastText: 11, most: 22 } as const;

type Ending = Omit<TreeLeaf, 'from'>;

interface Arranged {
  readonly node: TrieNode;
  readonly depth: number;
  readonly path: string;
  readonly children: readonly Arranged[];
  readonly endings: readonly Ending[];
  readonly y: number;
}

/** Characters of an answer that are printed: an answer in free text may be as long as a letter. */
const longestEnding = 24;

export function shorten(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1).trimEnd()}…`;
}

/** @param joint stands between steps: a space between names, nothing between pieces of words */
function labelOf(node: TrieNode, joint: string, limit: number): string {
  return shorten(node.steps.map((step) => step.text).join(joint), limit) || (node.steps.length > 0 ? '⏎' : '');
}

/** What an ending prints: its answer with its count, or the branch's number where the model's task has no answer. */
export function endingText({ answer, branches, running, free }: TreeLeaf): string {
  const times = `×${branches.length}`;
  if (answer !== null) return `${shorten(answer, longestEnding)} ${times}`;
  if (!free) return `${running ? '…' : 'none'} ${times}`;
  return `${branches.length > 1 ? times : `branch ${(branches[0] ?? 0) + 1}`}${running ? ' …' : ''}`;
}

/** The branches that end in a node, by answer, the most frequent first. */
function endingsOf(lane: LaneView, free: boolean, node: TrieNode, path: string): Omit<Ending, 'y'>[] {
  const byAnswer = new Map<string | null, number[]>();
  for (const end of node.ends) {
    const answer = lane.branches.find((branch) => branch.branch === end)?.record?.answer ?? null;
    byAnswer.set(answer, [...(byAnswer.get(answer) ?? []), end]);
  }
  return [...byAnswer.entries()]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([answer, branches]) => {
      const record = lane.branches.find((branch) => branch.branch === branches[0])?.record ?? null;
      const running = record === null || record.state === 'running';
      return { key: `${path}=${answer ?? ''}`, branches, answer, verdict: record?.verdict ?? 'none', running, free };
    });
}

/**
 * Gives every ending a line of its own, from the top: the lane's answer first, then the fullest subtree. A node stands in
 * the middle of its lines.
 */
function arrange(lane: LaneView, free: boolean, root: TrieNode): { arranged: Arranged; lines: number } {
  let lines = 0;
  const answer = lane.record?.branch ?? -1;
  const weight = (branches: readonly number[]): number => (branches.includes(answer) ? Infinity : branches.length);
  const visit = (node: TrieNode, depth: number, path: string): Arranged => {
    const children = node.children
      .toSorted((a, b) => weight(b.branches) - weight(a.branches))
      .map((child) => visit(child, depth + 1, `${path}/${child.steps[0]?.key ?? ''}`));
    const endings = endingsOf(lane, free, node, path).map((ending) => ({ ...ending, y: top + leafHeight * lines++ }));
    const ys = [...children, ...endings].map((item) => item.y);
    return { node, depth, path, children, endings, y: ((ys[0] ?? top) + (ys.at(-1) ?? top)) / 2 };
  };
  return { arranged: visit(root, 0, ''), lines };
}

function depthOf(item: Arranged): number {
  return Math.max(item.depth + 1, ...item.children.map(depthOf));
}

/** Characters of the longest ending: "pip ×7 ✓". */
function longestAnswer(lane: LaneView, free: boolean): number {
  const answers = lane.branches.map((branch) => shorten(branch.record?.answer ?? (free ? 'branch' : 'none'), longestEnding).length);
  return Math.max(...answers) + ` ×${lane.branches.length} ✓`.length;
}

/** Pixels of the widest label at each depth. */
function widestLabels(item: Arranged, joint: string, limit: number, widths: number[] = []): number[] {
  widths[item.depth] = Math.max(widths[item.depth] ?? 0, labelOf(item.node, joint, limit).length * character);
  for (const child of item.children) widestLabels(child, joint, limit, widths);
  return widths;
}

/**
 * The branches of a lane as a tree: common beginnings merged, one line per distinct ending. Answers stand in one column at
 * the right, so that they can be compared at a glance. Null while no branch has a step.
 * @param room pixels of width to fill where the labels allow it
 */
export function treeLayout(lane: LaneView, room: number): TreeLayout | null {
  const free = readsSubWords(lane);
  const joint = free ? '' : ' ';
  const branches = lane.branches.map((branch) => thinkingOf(lane, branch));
  if (branches.every((branch) => branch.steps.length === 0)) return null;
  const offset = Math.min(...branches.map((branch) => branch.offset));
  const { arranged, lines } = arrange(lane, free, branchTrie(branches));
  // A root without steps (branches differ from their first) is only the dot.
  const bare = arranged.node.steps.length === 0;
  const columns = depthOf(arranged) - (bare ? 1 : 0);
  const answerWidth = longestAnswer(lane, free) * character + 20;
  const spare = room - left - stem - answerWidth;
  const limit = Math.min(
    labelLimits.most,
    Math.max(free ? labelLimits.leastText : labelLimits.least, Math.floor((spare / Math.max(1, columns) - gaps.least) / character)),
  );
  const shown = widestLabels(arranged, joint, limit).slice(bare ? 1 : 0);
  const labels = shown.reduce((sum, width) => sum + width, 0);
  const gap = Math.min(gaps.most, Math.max(gaps.least, (spare - labels) / Math.max(1, columns)));
  const columnAt = (depth: number): number =>
    shown.slice(0, bare ? depth - 1 : depth).reduce((sum, width) => sum + width + gap, left + stem);
  const root = { x: left, y: arranged.y };
  const nodes: TreeNode[] = [];
  const leaves: TreeLeaf[] = [];

  const emit = (item: Arranged, from: Point): void => {
    const { node, depth, path, y } = item;
    const text = labelOf(node, joint, limit);
    const width = text.length * character;
    const x = columnAt(depth);
    const dot = bare && depth === 0;
    const end = dot ? root : { x: x + width + 4, y };
    if (!dot)
      nodes.push({
        key: path,
        text,
        x,
        y,
        width,
        branches: node.branches,
        start: node.start + offset,
        end: node.start + node.steps.length + offset,
        from,
      });
    leaves.push(...item.endings.map((ending) => ({ ...ending, from: end })));
    for (const child of item.children) emit(child, end);
  };
  emit(arranged, root);

  const answersAt = columnAt(columns + (bare ? 1 : 0)) - 4;
  return { nodes, leaves, root, answersAt, width: answersAt + answerWidth - 6, height: top + (lines - 1) * leafHeight + top };
}
