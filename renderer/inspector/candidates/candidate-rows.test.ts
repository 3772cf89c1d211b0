import { describe, expect, it } from 'vitest';
import { bits, branchIndex, laneIndex, milliseconds, stepIndex } from '../../../main/contract/ids';
import type { StepRecord } from '../../../main/contract/steps';
import { candidateRows, stepOrigin } from './candidate-rows';

const vocabulary = ['ada', 'bob', 'cy', 'dee', 'eli', 'fay'];

const top = (count: number) => ({ count, atLeast: 0 });

const step = (changes: Partial<StepRecord>): StepRecord => ({
  lane: laneIndex(0),
  branch: branchIndex(0),
  index: stepIndex(0),
  kind: 'token',
  tokenId: 1,
  targetId: 1,
  forced: false,
  logProbability: Math.log(0.5),
  surprisal: bits(1),
  entropy: bits(1.2),
  margin: 0.2,
  cosineToPrevious: NaN,
  milliseconds: milliseconds(1),
  candidates: { ids: [1, 2, 3], probabilities: [0.5, 0.3, 0.1] },
  sampled: { ids: [1, 2], probabilities: [0.7, 0.3] },
  layers: [{ norm: 1, probability: 0.5, rank: 1, entropy: bits(1.2), top: { ids: [1], probabilities: [0.5] } }],
  nearest: { ids: [], probabilities: [] },
  ...changes,
});

describe('candidateRows', () => {
  it('gives probability before and after, rank and the chosen token', () => {
    expect(candidateRows(step({}), vocabulary, 3, top(3), [])).toEqual([
      { id: 1, text: 'bob', before: 0.5, after: 0.7, rank: 1, chosen: true, watched: false },
      { id: 2, text: 'cy', before: 0.3, after: 0.3, rank: 2, chosen: false, watched: false },
      { id: 3, text: 'dee', before: 0.1, after: 0, rank: 3, chosen: false, watched: false },
    ]);
  });

  it('does not call a token cut when the list after the sampler is full', () => {
    const rows = candidateRows(step({ sampled: { ids: [1, 2, 0], probabilities: [0.6, 0.3, 0.1] } }), vocabulary, 3, top(6), []);
    expect(rows.find((row) => row.text === 'dee')?.after).toBeNull();
    expect(rows.find((row) => row.text === 'ada')?.before).toBeNull();
  });

  it('has nothing after the sampler where nothing was drawn', () => {
    const rows = candidateRows(step({ forced: true, sampled: { ids: [], probabilities: [] } }), vocabulary, 3, top(2), []);
    expect(rows.map((row) => row.after)).toEqual([null, null]);
  });

  it('keeps the emitted token outside the top, with its exact probability and rank', () => {
    const layers = [{ norm: 1, probability: 0.004, rank: 5, entropy: bits(1), top: { ids: [1], probabilities: [0.5] } }];
    const rows = candidateRows(
      step({
        tokenId: 5,
        targetId: 5,
        logProbability: Math.log(0.004),
        layers,
        sampled: { ids: [1, 2, 3], probabilities: [0.5, 0.3, 0.1] },
      }),
      vocabulary,
      3,
      top(2),
      [],
    );
    const fay = rows.at(-1);
    expect(fay).toMatchObject({ text: 'fay', rank: 5, chosen: true, after: null });
    expect(fay?.before).toBeCloseTo(0.004, 12);
  });

  it('says nothing of a watched token that was not recorded', () => {
    expect(candidateRows(step({}), vocabulary, 3, top(1), [4, 3]).slice(1)).toEqual([
      { id: 4, text: 'eli', before: null, after: 0, rank: null, chosen: false, watched: true },
      { id: 3, text: 'dee', before: 0.1, after: 0, rank: 3, chosen: false, watched: true },
    ]);
  });

  it('leaves out what is hardly possible, but never the first', () => {
    const tokens = (atLeast: number): string[] => candidateRows(step({}), vocabulary, 3, { count: 3, atLeast }, []).map((row) => row.text);
    expect(tokens(0.2)).toEqual(['bob', 'cy']);
    expect(tokens(0.9)).toEqual(['bob']);
  });

  it('reads a thought: nothing chosen, its target known', () => {
    const thought = step({ kind: 'thought', tokenId: -1, targetId: 2, sampled: { ids: [], probabilities: [] } });
    expect(stepOrigin(thought)).toBe('thought');
    expect(candidateRows(thought, vocabulary, 3, top(2), []).some((row) => row.chosen)).toBe(false);
  });
});
