import { describe, expect, it } from 'vitest';
import { branchTrie, type TrieBranch, type TrieNode } from './branch-trie';

const branch = (number: number, text: string): TrieBranch => ({
  branch: number,
  steps: text === '' ? [] : text.split(' ').map((token) => ({ key: token, text: token })),
});

const shape = (node: TrieNode): unknown => ({
  text: node.steps.map((step) => step.text).join(' '),
  ends: node.ends,
  children: node.children.map(shape),
});

describe('branchTrie', () => {
  it('merges common prefixes and keeps runs of shared steps in one node', () => {
    const trie = branchTrie([branch(0, 'think bob cy tom'), branch(1, 'think bob cy lou'), branch(2, 'think dee')]);
    expect(shape(trie)).toEqual({
      text: 'think',
      ends: [],
      children: [
        {
          text: 'bob cy',
          ends: [],
          children: [
            { text: 'tom', ends: [0], children: [] },
            { text: 'lou', ends: [1], children: [] },
          ],
        },
        { text: 'dee', ends: [2], children: [] },
      ],
    });
    expect(trie.branches).toEqual([0, 1, 2]);
    expect(trie.children[0]?.start).toBe(1);
    expect(trie.children[0]?.children[0]?.start).toBe(3);
  });

  it('ends a node where a branch is a prefix of another', () => {
    expect(shape(branchTrie([branch(0, 'a'), branch(1, 'a b')]))).toEqual({
      text: 'a',
      ends: [0],
      children: [{ text: 'b', ends: [1], children: [] }],
    });
  });

  it('joins identical branches in one leaf and has an empty root when the first steps differ', () => {
    const trie = branchTrie([branch(0, 'a b'), branch(1, 'c'), branch(2, 'a b')]);
    expect(trie.steps).toEqual([]);
    expect(trie.children.map((child) => child.ends)).toEqual([[0, 2], [1]]);
  });

  it('bears branches without steps, and none at all', () => {
    expect(branchTrie([branch(4, '')]).ends).toEqual([4]);
    expect(shape(branchTrie([]))).toEqual({ text: '', ends: [], children: [] });
  });

  it('does not recurse per step', () => {
    const long = Array.from({ length: 20_000 }, (_, i) => `t${i}`).join(' ');
    expect(branchTrie([branch(0, long), branch(1, `${long} x`)]).steps).toHaveLength(20_000);
  });
});
