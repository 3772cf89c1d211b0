import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawnToken, invertCumulative, sampledWeights, topIndices, walkOver } from './vocabulary-walk';

const logitSums = (logits: Float32Array) => walkOver(logits, { kept: 0, drawing: null }).sums;

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

  it.each(sizes)('find sums for a draw, the highest, and leave the logits as they are (%i logits)', (count) => {
    const logits = spread(count, 9);
    const before = logits.slice();
    const most = logits.indexOf(Math.max(...logits));
    for (const temperature of [0.3, 1, 1.5]) {
      for (const excluded of [[], [most], [most, 0, most, -3, count + 1]]) {
        if (count <= excluded.length) continue;
        const kept = Math.min(count, 7);
        const { ids, drawn, sums } = walkOver(logits, { kept, drawing: { temperature, excluded } });
        expect(ids).toEqual(topIndices(logits, kept));
        expect(sums).toEqual(logitSums(logits));
        const plain = plainly(
          logits.map((logit, id) => (excluded.includes(id) ? -Infinity : logit)),
          temperature,
        );
        expect((drawn?.blocks.reduce((sum, block) => sum + block, 0) ?? NaN) / plain.sum).toBeCloseTo(1, 12);
        drawn?.blocks.forEach((block, i) => {
          const ofBlock = plain.weights.slice(1024 * i, 1024 * (i + 1)).reduce((sum, weight) => sum + weight, 0);
          expect(block / ofBlock).toBeCloseTo(1, 11);
        });
      }
    }
    expect(walkOver(logits, { kept: 1, drawing: { temperature: 0, excluded: [] } }).drawn).toBeNull();
    expect(logits).toEqual(before);
  });

  it('find the token that the weights of all find', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.array(fc.nat(3000), { maxLength: 3 }),
        (count, temperature, uniform, barred) => {
          const logits = spread(count, 9);
          const excluded = barred.filter((id) => id > 0);
          const { drawn } = walkOver(logits, { kept: 0, drawing: { temperature, excluded } });
          if (!drawn) return false;
          const found = drawnToken(logits, drawn, uniform);
          const { weights, sum } = sampledWeights(logits, temperature, excluded);
          const expected = invertCumulative(weights, uniform * sum);
          // A share within rounding of where one token ends and the next begins may fall to either.
          const edge = weights.slice(0, Math.min(found, expected) + 1).reduce((all, weight) => all + weight, 0);
          return found === expected || Math.abs(edge - uniform * sum) < 1e-12 * sum;
        },
      ),
      { numRuns: 300 },
    );
  });

  it('draw the last of any weight where rounding leaves a share over all', () => {
    const logits = new Float32Array(3000).fill(-Infinity);
    logits.fill(0, 500, 1500);
    const { drawn } = walkOver(logits, { kept: 0, drawing: { temperature: 1, excluded: [1499] } });
    expect(drawn && drawnToken(logits, drawn, 1)).toBe(1498);
  });
});
