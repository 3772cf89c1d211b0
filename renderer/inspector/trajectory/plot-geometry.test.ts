import { describe, expect, it } from 'vitest';
import type { Trajectory } from '../../../main/contract/protocol';
import { plotScale, thinPath } from './plot-geometry';

const trajectory: Trajectory = {
  stream: 2,
  components: 2,
  explained: [0.5, 0.3],
  residual: 0.3,
  vectors: 3,
  paths: [
    {
      run: 'a',
      lane: 0,
      branch: 0,
      points: Float32Array.of(0, 0, 10, 2),
      shuffled: Float32Array.of(0, 30, 0, 0),
    },
  ],
};
const size = { width: 300, height: 200 };

describe('plotScale', () => {
  it('uses one scale for both axes and stays inside the margins', () => {
    const { place, unit } = plotScale(trajectory, false, size, { x: 20, y: 10 });
    expect(unit).toBeCloseTo(26);
    expect(place(0, 0)).toEqual({ x: 20, y: 126 });
    expect(place(10, 2)).toEqual({ x: 280, y: 74 });
  });

  it('makes room for the control when it is drawn', () => {
    const { place } = plotScale(trajectory, true, size, { x: 20, y: 10 });
    expect(place(0, 30).y).toBeCloseTo(10);
    expect(place(0, 0).y).toBeCloseTo(190);
  });
});

describe('thinPath', () => {
  it('drops what is closer than can be seen and keeps both ends', () => {
    const points = Array.from({ length: 1001 }, (_, i) => ({ x: i / 10, y: 0 }));
    const kept = thinPath(points, 2);
    expect(kept.length).toBeLessThan(60);
    expect(kept[0]?.step).toBe(0);
    expect(kept.at(-1)?.step).toBe(1000);
  });
});
