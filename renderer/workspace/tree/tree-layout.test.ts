import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../testing/sample-run';
import { sampleTextRun } from '../../testing/sample-text-run';
import { endingText, shorten, treeLayout } from './tree-layout';

const run = sampleRun();
const [, , bestOfN] = run.lanes;
if (bestOfN === undefined) throw new Error('No best-of-N lane');
const layout = treeLayout(bestOfN, 330);
if (layout === null) throw new Error('No tree');

describe('treeLayout', () => {
  it('merges common beginnings and counts the branches on each', () => {
    expect(layout.nodes.map((node) => [node.text, node.branches.length])).toEqual([
      ['bob', 11],
      ['cy', 7],
      ['tom', 5],
      ['lou', 2],
      ['kit', 4],
      ['dee fay', 5],
    ]);
  });

  it('ends in answers with their counts, every branch once', () => {
    expect(layout.leaves.map((leaf) => [leaf.answer, leaf.verdict, leaf.branches.length])).toEqual([
      ['tom', 'right', 5],
      ['tom', 'right', 2],
      ['sue', 'wrong', 4],
      ['sue', 'wrong', 3],
      ['tom', 'right', 2],
    ]);
    expect(layout.leaves.flatMap((leaf) => leaf.branches).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 16 }, (_, branch) => branch),
    );
  });

  it('knows which steps of a branch a node stands for', () => {
    const cy = layout.nodes.find((node) => node.text === 'cy');
    expect([cy?.start, cy?.end]).toEqual([2, 3]);
  });

  it('gives endings lines of their own and stays inside its size', () => {
    const ys = layout.leaves.map((leaf) => leaf.y);
    expect(new Set(ys).size).toBe(ys.length);
    for (const node of layout.nodes) {
      expect(node.x + node.width).toBeLessThan(layout.answersAt);
      expect(node.y).toBeLessThan(layout.height);
    }
  });

  it('fills the room it has, and scrolls only where the labels need more', () => {
    expect(layout.width).toBeLessThanOrEqual(330);
    expect(treeLayout(bestOfN, 100)?.width).toBeGreaterThan(100);
  });

  it('is empty before the first thought', () => {
    const waiting = sampleRun('waiting', 0).lanes[2];
    expect(waiting !== undefined && treeLayout(waiting, 330)).toBeNull();
  });
});

describe('treeLayout of a model of sub-words', () => {
  const text = sampleTextRun();
  const lane = text.lanes[0];
  const tree = lane === undefined ? null : treeLayout(lane, 400);

  it('reads as text up to the control token, and names branches that have no answer', () => {
    expect(tree?.nodes.map((node) => node.text)).toEqual(['The interlinear', 'gloss stands. Un…', 'text, word']);
    expect(tree?.leaves.map(endingText)).toEqual(['branch 1', 'branch 2']);
  });

  it('shortens long answers to one line', () => {
    expect(shorten('a long\nanswer in free text', 12)).toBe('a long answ…');
    const [leaf] = tree?.leaves ?? [];
    expect(leaf && endingText({ ...leaf, answer: 'x'.repeat(90) })).toBe(`${'x'.repeat(23)}… ×1`);
  });
});
