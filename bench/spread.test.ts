import { describe, expect, it } from 'vitest';
import { percentile, spread } from './spread';

describe('percentile', () => {
  it('is the nearest rank', () => {
    const values = [5, 1, 4, 2, 3];
    expect(percentile(values, 0.5)).toBe(3);
    expect(percentile(values, 0.95)).toBe(5);
    expect(percentile([7], 0.95)).toBe(7);
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('spread', () => {
  it('keeps the extremes and the number of runs', () => {
    expect(spread([2, 9, 4])).toEqual({ min: 2, median: 4, max: 9, runs: 3 });
  });
});
