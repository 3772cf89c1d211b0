import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson-interval';

describe('Wilson interval', () => {
  it('has closed forms at the ends: 0 of n reaches z²/(n + z²)', () => {
    const [none, all] = [wilsonInterval(0, 10, 2), wilsonInterval(10, 10, 2)];
    expect([none.low, all.high]).toEqual([0, 1]);
    expect(none.high).toBeCloseTo(4 / 14, 12);
    expect(all.low).toBeCloseTo(10 / 14, 12);
  });

  it('solves (p̂ - p)² = z² p(1 - p)/n, which defines it', () => {
    const [successes, trials, z] = [81, 263, 1.959963984540054];
    const { low, high } = wilsonInterval(successes, trials);
    for (const p of [low, high]) expect((successes / trials - p) ** 2).toBeCloseTo((z * z * p * (1 - p)) / trials, 14);
    // Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
    expect(low.toFixed(4)).toBe('0.2553');
    expect(high.toFixed(4)).toBe('0.3662');
  });

  it('refuses what is no proportion', () => {
    expect(() => wilsonInterval(3, 2)).toThrow(RangeError);
    expect(() => wilsonInterval(0, 0)).toThrow(RangeError);
  });
});
