import { describe, expect, it } from 'vitest';
import { branchTrie } from './branch-trie';
import { type PlacedNode, treeLayout } from './tree-layout';

/** Pieces of words carry their spaces; a short text beside a long one, which parts again. */
const texts = ['A cat sleeps', 'A cat eats', 'A cat purrs', 'A cat runs', 'It was a sunny day and a little later', 'The end'];
const trie = branchTrie(
  texts.map((text, branch) => ({ branch, steps: text.split(/(?= )/u).map((piece) => ({ key: piece, text: piece })) })),
);
const room = { width: 480, height: 60 };

/** Texts are 20 pixels high; those of two rows do not touch. */
const overlap = (a: PlacedNode, b: PlacedNode): boolean =>
  Math.abs(a.y - b.y) < 22 && a.x < b.x + b.width && b.x < a.x + a.width && a.width > 0 && b.width > 0;

describe.each([
  ['words', false],
  ['pieces of words', true],
])('a tree of %s', (_kind, subWords) => {
  const { nodes, answers } = treeLayout(trie, room, subWords);

  it('has no text on another, and the answers right of all', () => {
    expect(nodes.filter(({ text }) => text !== '')).toHaveLength(7);
    nodes.forEach((node, i) => {
      expect(nodes.slice(i + 1).filter((other) => overlap(node, other))).toEqual([]);
    });
    for (const { x, width } of nodes) expect(x + width).toBeLessThan(answers);
  });
});

const leftOf = (nodes: readonly PlacedNode[], text: string): number => nodes.find((node) => node.text === text)?.x ?? NaN;

it('has words in a column per fork', () => {
  const { nodes } = treeLayout(trie, room);
  expect(leftOf(nodes, 'The  end')).toBe(leftOf(nodes, 'A  cat'));
});

it('has pieces of words where the text before them ends, not behind a long one beside it', () => {
  const { nodes } = treeLayout(trie, room, true);
  const before = nodes.find(({ text }) => text === 'A cat');
  expect(leftOf(nodes, 'sleeps') - ((before?.x ?? NaN) + (before?.width ?? NaN))).toBeLessThanOrEqual(34);
  expect(leftOf(nodes, 'sleeps')).toBe(leftOf(nodes, 'eats'));
});
