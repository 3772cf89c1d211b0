import { describe, expect, it } from 'vitest';
import { niceTicks } from './nice-ticks';

describe('niceTicks', () => {
  it('covers the range in round steps', () => {
    expect(niceTicks(0, 1.74, 4)).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(niceTicks(0, 23, 3)).toEqual([0, 10, 20, 30]);
    expect(niceTicks(-0.31, 1, 3)).toEqual([-0.5, 0, 0.5, 1]);
  });

  it('gives whole steps when asked', () => {
    expect(niceTicks(1, 4, 10, true)).toEqual([1, 2, 3, 4]);
  });

  it('survives an empty range', () => {
    expect(niceTicks(0, 0, 3).length).toBeGreaterThan(1);
  });
});
