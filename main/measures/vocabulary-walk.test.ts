import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logitSums, sampledWeights, topIndices } from './vocabulary-walk';

const spread = (count: number, width: number): Float32Array =>
  Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * width);

/** Plain loops in 64 bits. */
function plainly(logits: Float32Array, temperature: number): { weights: number[]; sum: number } {
  const maximum = Math.max(...logits);
  const weights = Array.from(logits, (logit) => Math.exp((logit - maximum) / temperature));
  return { weights, sum: weights.reduce((total, weight) => total + weight, 0) };
}

const sizes = [1, 2, 3, 4, 5, 7, 8, 1001, 5003, 49_152, 12];

describe('walks over a vocabulary', () => {
  it.each(sizes)('weigh as plain loops do (%i logits)', (count) => {
    for (const width of [0.1, 5, 60, 1e6]) {
      for (const temperature of [0.05, 1, 1.5]) {
        const logits = spread(count, width);
        const expected = plainly(logits, temperature);
        const { weights, sum } = sampledWeights(logits, temperature, []);
        const wrong = expected.weights.filter((weight, i) => {
          const found = weights[i] ?? NaN;
          // Below e^-708 a weight is 0. An exponent of some hundreds is itself rounded to 1e-13.
          return !(Math.abs(found - weight) <= 3e-13 * weight || (found === 0 && weight < 1e-307));
        });
        expect(wrong).toEqual([]);
        expect(sum / expected.sum).toBeCloseTo(1, 12);
      }
    }
  });

  it.each(sizes)('sum as plain loops do (%i logits)', (count) => {
    for (const width of [0.1, 5, 60]) {
      const logits = spread(count, width);
      const maximum = Math.max(...logits);
      const { weights, sum } = plainly(logits, 1);
      const sums = logitSums(logits);
      expect(sums.maximum).toBe(maximum);
      expect(sums.weights / sum).toBeCloseTo(1, 12);
      const weighted = weights.reduce((total, weight, i) => total + weight * ((logits[i] ?? 0) - maximum), 0);
      expect(Math.abs(sums.weighted - weighted)).toBeLessThanOrEqual(1e-12 * Math.abs(weighted));
      const shifts = logits.reduce((total, logit) => total + (logit - maximum), 0);
      expect(Math.abs(sums.shifts - shifts)).toBeLessThanOrEqual(1e-11 * Math.abs(shifts));
    }
  });

  it('let minus infinity weigh nothing, and hide no NaN', () => {
    expect(logitSums(Float32Array.of(-Infinity, 2, -Infinity))).toEqual({ maximum: 2, weights: 1, weighted: 0, shifts: -Infinity });
    expect(sampledWeights(Float32Array.of(-Infinity, 2), 1, []).weights).toEqual(Float64Array.of(0, 1));
    for (const bad of [Float32Array.of(1, NaN, 2, 3, 4), Float32Array.of(-Infinity, -Infinity), Float32Array.of(0, Infinity)])
      expect(logitSums(bad).weights).toBeNaN();
  });

  it('find the highest as sorting does, of equal ones the first first, never NaN', () => {
    const value = fc.oneof(fc.float(), fc.integer({ min: -3, max: 3 }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 70 }), fc.nat({ max: 80 }), (list, count) => {
        const values = Float32Array.from(list);
        const places = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
        const sorted = places.toSorted(
          (a, b) => Number((values[b] ?? 0) > (values[a] ?? 0)) - Number((values[b] ?? 0) < (values[a] ?? 0)) || a - b,
        );
        expect(topIndices(values, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });

  it('see nothing of a walk before', () => {
    topIndices(new Float32Array(5000).fill(9), 3);
    expect(topIndices(Float32Array.of(1, 2, 3), 9)).toEqual([2, 1, 0]);
    expect(logitSums(Float32Array.of(0)).weights).toBe(1);
  });

  it('leave excluded ones out', () => {
    const values = Float32Array.of(5, 4, 3, 2);
    expect(topIndices(values, 2, [0, 2])).toEqual([1, 3]);
    expect(sampledWeights(values, 1, [0]).weights).toEqual(sampledWeights(Float32Array.of(-Infinity, 4, 3, 2), 1, []).weights.slice());
    expect(values).toEqual(Float32Array.of(5, 4, 3, 2));
  });
});
