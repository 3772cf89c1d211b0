import { describe, expect, it } from 'vitest';
import { axisPlace, stepAt } from './timeline-series';

describe('places on the axis', () => {
  it('counts steps from 1 and ends where the branch ends', () => {
    expect(axisPlace('step', 0, 5)).toBe(1);
    expect(stepAt('step', 3.4, 5)).toBe(2);
    expect(stepAt('step', 6, 5)).toBeNull();
    expect(stepAt('step', 1, 0)).toBeNull();
  });

  it('spreads a branch over the whole axis when aligned by share', () => {
    expect([0, 2, 4].map((step) => axisPlace('share', step, 5))).toEqual([0, 50, 100]);
    expect(axisPlace('share', 0, 1)).toBe(0);
    expect(stepAt('share', 52, 5)).toBe(2);
    expect(stepAt('share', 100, 5)).toBe(4);
  });
});
