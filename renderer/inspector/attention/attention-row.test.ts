import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../testing/sample-run';
import { laneEntries } from '../shared/lane-entries';
import { mostAttended, rowTable, weightsOf } from './attention-row';
import { positionOfStep, positionsRead, printed, promptLength, stepOfPosition, tokenAt } from './sequence-tokens';

const row = { position: 2, heads: 2, probabilities: Float32Array.from([0.5, 0.25, 0.25, 0, 1, 0]) };
const entries = laneEntries([sampleRun('seven')]);
const thinking = entries.at(-1);

describe('a row of attention', () => {
  it('has the weights of each head and their mean', () => {
    expect([...weightsOf(row, 0)]).toEqual([0.5, 0.25, 0.25]);
    expect([...weightsOf(row, 1)]).toEqual([0, 1, 0]);
    expect([...weightsOf(row, null)]).toEqual([0.25, 0.625, 0.125]);
  });

  it('lists the strongest first, as sorting all would', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0.1, 0.2, 0.3, 0.4), { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (weights, count) => {
        const sorted = weights
          .map((weight, position) => ({ weight: Math.fround(weight), position }))
          .filter(({ weight }) => weight > 0)
          .toSorted((a, b) => b.weight - a.weight || b.position - a.position)
          .slice(0, count);
        expect(mostAttended(Float32Array.from(weights), count)).toEqual(sorted);
      }),
    );
  });
});

describe('positions of a branch', () => {
  it('are the prompt and every step but the last, each written by the pass before it', () => {
    if (thinking === undefined) throw new Error('The sample has lanes');
    const prompt = promptLength(thinking);
    const steps = thinking.branch?.steps.length ?? 0;
    expect(positionsRead(thinking)).toBe(prompt + steps - 1);
    expect(stepOfPosition(thinking, positionOfStep(thinking, 3))).toBe(3);
    expect([prompt - 2, prompt - 1, prompt].map((position) => stepOfPosition(thinking, position))).toEqual([null, 0, 1]);
    expect(tokenAt(thinking, 0)).toMatchObject({ kind: 'prompt', step: null });
    const kinds = Array.from({ length: steps - 1 }, (_, step) => tokenAt(thinking, prompt + step).kind);
    expect(kinds).toContain('thought');
    expect(kinds).toContain('token');
    expect(printed({ text: ' a', kind: 'token', step: 0 })).toBe('·a');
  });

  it('become a table: a line per position seen, a column per head', () => {
    if (thinking === undefined) throw new Error('The sample has lanes');
    const { columns, rows } = rowTable(thinking, 1, row);
    expect(columns.slice(-3)).toEqual(['mean', 'head_1', 'head_2']);
    expect(rows.map((line) => line.slice(-3))).toEqual([
      [0.25, 0.5, 0],
      [0.625, 0.25, 1],
      [0.125, 0.25, 0],
    ]);
    expect(rows[0]?.[3]).toBe(2);
  });
});
