import { describe, expect, it } from 'vitest';
import { type LaneSettingsInput, laneSettingsSchema } from '../contract/lanes';
import { answerToken, judge, textAnswer } from './answer';
import type { BranchResult, Lane, LaneView } from './lane';
import { createLane } from './registry';

const markers = { think: [0], thought: [1], answer: [2], ends: [3] };
const lane = (settings: LaneSettingsInput): Lane => createLane(laneSettingsSchema.parse(settings), { markers, candidates: 4 });

/** Token 5 is the most probable, 4 the second. */
const logits = Float32Array.of(-9, -9, -9, -9, 1, 2);
const view = (history: readonly number[], uniform = 0): LaneView => ({
  logits,
  hidden: Float32Array.of(0.5, 0.25),
  history,
  uniform,
});

/** What a lane does until `steps` are reached: `!` marks a forced token, ◆ a thought. */
function script(rule: Lane, steps: number, start: readonly number[] = []): string {
  const history = [...start];
  const words: string[] = [];
  while (words.length < steps) {
    const move = rule.next(view(history));
    words.push(move.kind === 'thought' ? '◆' : `${move.tokenId}${move.forced ? '!' : ''}`);
    history.push(move.kind === 'thought' ? -1 : move.tokenId);
  }
  return words.join(' ');
}

describe('lanes', () => {
  it('direct answers at once', () => expect(script(lane({ kind: 'direct' }), 3)).toBe('2! 5 5'));

  it('cot thinks first and never forces the answer', () => expect(script(lane({ kind: 'cot' }), 3)).toBe('0! 5 5'));

  it('coconut feeds k hidden states back, then leaves for the answer', () => {
    expect(script(lane({ kind: 'coconut', thoughts: 3 }), 7)).toBe('1! ◆ ◆ ◆ 2! 5 5');
    expect(script(lane({ kind: 'coconut', thoughts: 0 }), 3)).toBe('1! 2! 5');
    expect(lane({ kind: 'coconut', thoughts: 1 }).next(view([1]))).toEqual({ kind: 'thought', vector: Float32Array.of(0.5, 0.25) });
  });

  it('coconut goes on from a fork: a token takes a thought’s place, ⟨answer⟩ is an early exit', () => {
    const coconut = lane({ kind: 'coconut', thoughts: 3 });
    expect(script(coconut, 4, [1, -1, 5])).toBe('◆ 2! 5 5');
    expect(script(coconut, 2, [1, -1, 2])).toBe('5 5');
    expect(script(coconut, 2, [1, -1, -1, -1, 5])).toBe('5 5');
  });

  it('sampled chains follow the number drawn and say what they were drawn from', () => {
    const sampled = lane({ kind: 'cot', temperature: 1, topK: 2, samples: 3 });
    expect(sampled.branches).toBe(3);
    expect(sampled.next(view([0], 0))).toMatchObject({ tokenId: 4, forced: false, sampled: { ids: [5, 4] } });
    expect(sampled.next(view([0], 0.999))).toMatchObject({ tokenId: 5 });
    expect(lane({ kind: 'best-of-n', n: 16 }).next(view([], 0.5))).toMatchObject({ tokenId: 0, forced: true, sampled: { ids: [] } });
  });

  it('lanes that do not choose answer with their first branch', () => {
    expect(lane({ kind: 'cot', samples: 2 }).decide([result('a'), result('b')])).toEqual({ branch: 0, picks: [] });
  });
});

function result(answer: string | null, meanLogProbability: number | null = 0, selfCertainty: number | null = 0): BranchResult {
  return { answer, meanLogProbability, selfCertainty };
}

const picksOf = (branches: readonly BranchResult[]): (number | null)[] =>
  lane({ kind: 'best-of-n' })
    .decide(branches)
    .picks.map(({ branch }) => branch);

describe('best of N', () => {
  it('shows the pick of each score: majority, mean log-probability, self-certainty', () => {
    expect(picksOf([result('sue', -1, 2), result('tom', -3, 1), result('tom', -2, 1), result(null, 0, 9), result('ada', -4, 3)])).toEqual([
      2, 0, 4,
    ]);
  });

  it('breaks equal votes by mean log-probability, then by the lower branch', () => {
    expect(picksOf([result('sue', -3), result('tom', -1), result('sue', -2), result('tom', -4)])[0]).toBe(1);
    expect(picksOf([result('sue', -1), result('tom', -1)])).toEqual([0, 0, 0]);
  });

  it('answers with the pick asked for, and with none where no branch answered', () => {
    const branches = [result('sue', -1), result('tom', -2), result('tom', -2)];
    expect(lane({ kind: 'best-of-n' }).decide(branches).branch).toBe(1);
    expect(lane({ kind: 'best-of-n', pick: 'mean-log-probability' }).decide(branches).branch).toBe(0);
    expect(lane({ kind: 'best-of-n' }).decide([result(null), result(null)]).branch).toBeNull();
  });
});

describe('answers', () => {
  it('are the token after the first ⟨answer⟩', () => {
    expect(answerToken([0, 7, 2, 8, 3], markers)).toBe(8);
    expect(answerToken([2, 8, 2, 9], markers)).toBe(8);
    for (const history of [[], [0, 7, 3], [0, 2], [2, 3], [2, -1]]) expect(answerToken(history, markers)).toBeNull();
  });

  it.each([
    ['So 17 + 25 = 42.\nThe answer is 42.', '42'],
    ['It is 1,234.50 in all. Final answer: $1,234.50 dollars', '1234.50'],
    ['The answer is 3. No, wait.\n**Answer:** 12', '12'],
    ['… hence \\boxed{-7}', '-7'],
    ['48 / 2 = 24\n#### 72', '72'],
    ['The answer is **Paris**.', 'Paris'],
    ['The answer is Route 66.', 'Route 66'],
    ['Three reasons:\n1. Light is scattered.\n2. The eye prefers blue.', '2. The eye prefers blue.'],
    ['It was founded in 1066.', 'It was founded in 1066.'],
    ['An answer to this: none', 'An answer to this: none'],
    ['\n \n', null],
    ['', null],
  ])('of a text %j are %j: what it marks, else its last line', (text, answer) => {
    expect(textAnswer(text)).toBe(answer);
  });

  it('of a long text say that they are cut', () => {
    expect(textAnswer('😀'.repeat(200))).toBe(`${'😀'.repeat(119)}…`);
    expect(textAnswer('x'.repeat(120))).toBe('x'.repeat(120));
  });

  it('are right, wrong, or neither', () => {
    expect([judge('a', 'a'), judge('a', 'b'), judge(null, 'a'), judge('a', null)]).toEqual(['right', 'wrong', 'none', 'none']);
  });
});
