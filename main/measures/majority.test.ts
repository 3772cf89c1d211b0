import { describe, expect, it } from 'vitest';
import { highest, voteShares } from './majority';
import { RunningMean } from './running-mean';

describe('majority', () => {
  it('gives each branch the share of all branches with its answer', () => {
    expect(voteShares(['tom', 'sue', 'tom', null])).toEqual([0.5, 0.25, 0.5, 0]);
  });

  it('takes the highest score, then the highest tie-break, then the lowest index', () => {
    const scores = [1, 2, 2, 2, 3];
    const ties = [9, 1, 5, 5, 0];
    const all = scores.map(() => true);
    expect(highest(all, (i) => scores[i] ?? null)).toBe(4);
    expect(
      highest(
        [true, true, true, true, false],
        (i) => scores[i] ?? null,
        (i) => ties[i] ?? null,
      ),
    ).toBe(2);
    expect(highest([true, true], () => null)).toBe(0);
    expect(highest([true, true], (i) => (i === 0 ? null : -5))).toBe(1);
    expect(highest([false], () => 1)).toBeNull();
  });

  it('has no mean of nothing, nor of what is not finite', () => {
    const mean = new RunningMean();
    expect(mean.value).toBeNull();
    [-1, -3].forEach((value) => mean.add(value));
    expect(mean.value).toBe(-2);
    mean.add(-Infinity);
    expect(mean.value).toBeNull();
  });
});
