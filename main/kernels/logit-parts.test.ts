import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Kernels } from './kernels';
import { LogitParts, type LogitReading } from './logit-parts';
import { Scratch } from './scratch';

const threads = 2;
const kernels = new Kernels(threads);
afterAll(async () => kernels.dispose());

/** What the kernels read of rows of logits, one target each. */
function readingsOf(rows: readonly Float32Array[], targets: readonly number[], kept: number): LogitReading[] {
  const vocabulary = rows[0]?.length ?? 0;
  const scratch = new Scratch(kernels.memory);
  const logits = scratch.floats('logits', rows.length * vocabulary);
  rows.forEach((row, i) => kernels.memory.floats(logits + 4 * i * vocabulary, vocabulary).set(row));
  const parts = new LogitParts({ kernels, scratch, threads }, { logits, rows: rows.length, vocabulary }, kept);
  const readings = parts.run(targets);
  parts.free();
  return readings;
}

/** The same in 64 bits, by definition. */
function plain(logits: Float32Array, target: number, kept: number): LogitReading {
  const greatest = logits.reduce((most, z) => Math.max(most, z), -Infinity);
  const weights = Array.from(logits, (z) => Math.exp(z - greatest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const order = [...logits.keys()].toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
  const ids = order.slice(0, kept);
  const probability = (id: number): number => (weights[id] ?? NaN) / sum;
  return {
    entropy: weights.reduce((total, weight) => total - (weight === 0 ? 0 : (weight / sum) * Math.log(weight / sum)), 0),
    probability: probability(target),
    above: order.indexOf(target),
    ids,
    probabilities: ids.map(probability),
  };
}

function expectAlike(found: LogitReading | undefined, expected: LogitReading): void {
  expect(found?.ids).toEqual(expected.ids);
  expect(found?.above).toBe(expected.above);
  // Exponentials are within 2e-7 of theirs.
  expect(Math.abs((found?.entropy ?? NaN) - expected.entropy)).toBeLessThan(1e-6 * Math.max(1, expected.entropy));
  const numbers = [expected.probability, ...expected.probabilities];
  for (const [i, value] of [found?.probability ?? NaN, ...(found?.probabilities ?? [])].entries())
    expect(Math.abs(value - (numbers[i] ?? NaN))).toBeLessThanOrEqual(1e-6 * (numbers[i] ?? NaN));
}

const waves = (count: number, size: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => size * Math.sin(i * 12.9898 + seed * 7.1));

describe('what rows of logits say', () => {
  // A part has 4 096.
  it.each([1, 7, 8, 75, 4095, 4096, 4097, 10_003])('is what the definitions give, of a vocabulary of %i', (vocabulary) => {
    const rows = [0.1, 3, 40].map((size, seed) => waves(vocabulary, size, seed));
    const targets = rows.map((_, row) => (row * 3511 + vocabulary - 1) % vocabulary);
    const kept = Math.min(9, vocabulary);
    const readings = readingsOf(rows, targets, kept);
    rows.forEach((row, i) => {
      expectAlike(readings[i], plain(row, targets[i] ?? 0, kept));
    });
  });

  it('is that of any logits, equal ones and impossible ones among them', () => {
    const logit = fc.oneof(fc.constantFrom(-Infinity, 0, 1, 2), fc.float({ noNaN: true, min: -60, max: 60 }));
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1, maxLength: 60 }), fc.nat(), fc.integer({ min: 1, max: 12 }), (list, place, count) => {
        const finite = list.filter((z) => z > -Infinity).length;
        fc.pre(finite > 0);
        // Equal ones in several parts.
        const logits = Float32Array.from({ length: 9000 }, (_, i) => list[i % list.length] ?? NaN);
        const target = place % logits.length;
        const kept = Math.min(count, finite);
        expectAlike(readingsOf([logits], [target], kept)[0], plain(logits, target, kept));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps the digits of an entropy near 0', () => {
    const logits = new Float32Array(5000).fill(-30);
    logits[4500] = 0;
    const [reading] = readingsOf([logits], [4500], 2);
    const expected = plain(logits, 4500, 2);
    expect(expected.entropy).toBeLessThan(2e-8);
    expect(Math.abs((reading?.entropy ?? NaN) / expected.entropy - 1)).toBeLessThan(1e-5);
    expect(reading?.ids).toEqual([4500, 0]);
  });

  it.each([
    ['one is none', (logits: Float32Array) => (logits[4200] = NaN)],
    ['one is infinite', (logits: Float32Array) => (logits[4200] = Infinity)],
    ['none is possible', (logits: Float32Array) => logits.fill(-Infinity)],
  ])('has no entropy where %s', (_, damage) => {
    const logits = waves(5000, 3, 1);
    damage(logits);
    expect(Number.isFinite(readingsOf([logits], [1], 3)[0]?.entropy)).toBe(false);
  });
});
