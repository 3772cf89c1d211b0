import { describe, expect, it } from 'vitest';
import { downsample } from './downsample';

const same = (step: number): number => step;

describe('downsample', () => {
  it('returns a series that fits whole, with gaps where a value is undefined', () => {
    expect(downsample(Float32Array.of(1, NaN, 3), 100, (step) => step + 1)).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: null },
      { x: 3, y: 3 },
    ]);
  });

  it('keeps every extreme of a long series and never more than two points a bucket', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => Math.sin(i / 50));
    values[4321] = 9;
    values[7654] = -9;
    const points = downsample(values, 300, same);
    expect(points.length).toBeLessThanOrEqual(600);
    expect(points).toContainEqual({ x: 4321, y: 9 });
    expect(points).toContainEqual({ x: 7654, y: -9 });
  });

  it('keeps the order along the axis', () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 1009);
    const xs = downsample(values, 100, same).map((point) => point.x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
  });

  it('bounds agree, bucket by bucket, with the smallest and largest value of the whole', () => {
    const values = Float32Array.from({ length: 3000 }, (_, i) => Math.cos(i) * i);
    const ys = downsample(values, 64, same).map((point) => point.y ?? NaN);
    expect(Math.min(...ys)).toBe(Math.min(...values));
    expect(Math.max(...ys)).toBe(Math.max(...values));
  });

  it('gives one gap for a bucket with nothing in it', () => {
    const values = new Float32Array(1000).fill(NaN);
    expect(downsample(values, 10, same)).toHaveLength(10);
    expect(downsample(values, 10, same).every((point) => point.y === null)).toBe(true);
  });
});
