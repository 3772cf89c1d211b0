import { cluster, hierarchy, type HierarchyNode } from 'd3-hierarchy';
import type { Size } from '../shared/use-size';
import { nodeText } from './branch-steps';
import type { TrieNode } from './branch-trie';

export interface PlacedNode {
  readonly key: string;
  readonly node: TrieNode;
  readonly text: string;
  /** Left end and middle height of the label, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface PlacedLink {
  readonly key: string;
  readonly path: string;
  readonly branches: readonly number[];
}

export interface TreeLayout {
  readonly nodes: readonly PlacedNode[];
  readonly links: readonly PlacedLink[];
  /** Left end of the column of answers. */
  readonly answers: number;
  readonly height: number;
}

const rowHeight = 24;
const characterWidth = 7.3;
const padding = 12;
const widestGap = 34;
const narrowestGap = 14;
/** Left of the root. */
const margin = 6;
/** Room the answers are given. */
export const answerWidth = 104;

const curve = (x1: number, y1: number, x2: number, y2: number): string =>
  `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;

/**
 * Lays a trie out from left to right, the answers in a column of their own at the right. Words stand in a column per fork; pieces of words, whose
 * texts may be long, begin where the text before them ends, or what follows a short text would be out of sight behind a long one beside it.
 * @param room pixels there are: the height is spread over when there is more than the leaves need, the gaps shrink to fit the width
 */
export function treeLayout(trie: TrieNode, room: Size, subWords = false): TreeLayout {
  const root = hierarchy<TrieNode>(trie, (node) => node.children);
  const leaves = Math.max(1, root.leaves().length);
  const height = Math.max(leaves * rowHeight, Math.min(room.height, leaves * 44));
  // A row for every leaf: texts of another depth may stand at the same place from left to right.
  cluster<TrieNode>()
    .size([height, 1])
    .separation(() => 1)(root);
  const texts = new Map(root.descendants().map((node) => [node.data, nodeText(node.data.steps, subWords)]));
  const widthOf = (node: TrieNode): number => {
    const { length } = texts.get(node) ?? '';
    return length === 0 ? 0 : Math.min(260, length * characterWidth + padding);
  };
  const columns: number[] = [];
  for (const node of root.descendants()) columns[node.depth] = Math.max(columns[node.depth] ?? 0, widthOf(node.data));
  /** Widths of all texts before a node's end. */
  const endOf = new Map<HierarchyNode<TrieNode>, number>();
  root.eachBefore((node) => {
    const before = node.parent ? (endOf.get(node.parent) ?? 0) : 0;
    endOf.set(node, before + (subWords ? widthOf(node.data) : (columns[node.depth] ?? 0)));
  });
  const labels = Math.max(...endOf.values());
  const between = Math.min(widestGap, Math.max(narrowestGap, (room.width - labels - margin - answerWidth) / columns.length));
  const leftOf = (node: HierarchyNode<TrieNode>): number =>
    margin + (node.parent ? (endOf.get(node.parent) ?? 0) : 0) + node.depth * between;
  const answers = margin + Math.max(...root.descendants().map((node) => (endOf.get(node) ?? 0) + (node.depth + 1) * between));
  const nodes = root.descendants().map((node): PlacedNode => ({
    key: `${node.data.start}:${node.data.branches.join(',')}`,
    node: node.data,
    text: texts.get(node.data) ?? '',
    x: leftOf(node),
    y: node.x ?? 0,
    width: widthOf(node.data),
  }));
  const placeOf = new Map(nodes.map((place) => [place.node, place]));
  const links: PlacedLink[] = [];
  for (const { source, target } of root.links()) {
    const from = placeOf.get(source.data);
    const to = placeOf.get(target.data);
    if (from !== undefined && to !== undefined)
      links.push({ key: to.key, path: curve(from.x + from.width, from.y, to.x, to.y), branches: to.node.branches });
  }
  for (const place of nodes) {
    if (place.node.ends.length > 0)
      links.push({ key: `${place.key} answer`, path: curve(place.x + place.width, place.y, answers, place.y), branches: place.node.ends });
  }
  return { nodes, links, answers, height };
}
