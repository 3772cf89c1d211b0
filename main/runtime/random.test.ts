import { describe, expect, it } from 'vitest';
import { randomStream } from './random';

/** 99.9 % point of chi-square with 15 degrees of freedom. */
const limit = 37.7;

function chiSquare(numbers: readonly number[]): number {
  const counts = Array.from({ length: 16 }, () => 0);
  for (const number of numbers) counts[Math.floor(number * 16)] = (counts[Math.floor(number * 16)] ?? 0) + 1;
  const expected = numbers.length / 16;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const correlation = (a: readonly number[], b: readonly number[]): number =>
  (12 * a.reduce((sum, value, i) => sum + (value - 0.5) * ((b[i] ?? NaN) - 0.5), 0)) / a.length;

const take = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

describe('random streams', () => {
  it('repeat, and differ by seed, lane and branch', () => {
    const first = take(5, randomStream(7, 0, 0));
    expect(take(5, randomStream(7, 0, 0))).toEqual(first);
    for (const other of [randomStream(8, 0, 0), randomStream(7, 1, 0), randomStream(7, 0, 1), randomStream(0, 7, 0)]) {
      expect(take(5, other)).not.toEqual(first);
    }
  });

  it('are uniform in [0, 1), along a stream and across the first numbers of neighbours', () => {
    const along = take(20_000, randomStream(0, 0, 0));
    expect(along.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(chiSquare(along)).toBeLessThan(limit);
    expect(chiSquare(Array.from({ length: 20_000 }, (_, seed) => randomStream(seed, 0, 0)()))).toBeLessThan(limit);
    expect(
      chiSquare(Array.from({ length: 768 * 20 }, (_, i) => randomStream(Math.floor(i / 768), i % 12, Math.floor(i / 12) % 64)())),
    ).toBeLessThan(limit);
  });

  it('do not follow their neighbours', () => {
    const streams = [randomStream(7, 0, 0), randomStream(7, 0, 1), randomStream(7, 1, 0), randomStream(8, 0, 0)].map((stream) =>
      take(10_000, stream),
    );
    // Five standard errors of a correlation of 10 000 independent pairs.
    streams.forEach((a, i) => streams.slice(i + 1).forEach((b) => expect(Math.abs(correlation(a, b))).toBeLessThan(0.05)));
  });
});
