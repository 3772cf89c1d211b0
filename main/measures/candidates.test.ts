import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { margin } from './candidates';
import fixtures from './fixtures/measures.json';
import { layerReading, readLens } from './lens-reading';
import { rank, topIndices } from './vocabulary-walk';

describe('candidates', () => {
  it.each(fixtures.distributions)('agree with torch.topk (rank $rank)', (reference) => {
    const logits = Float32Array.from(reference.logits);
    const { top } = readLens(Float32Array.of(3, 4), logits, 4);
    expect(top.ids).toEqual(reference.topIds);
    top.probabilities.forEach((probability, i) => expect(probability).toBeCloseTo(reference.topProbabilities[i] ?? NaN, 10));
    expect(rank(logits, reference.target)).toBe(reference.rank);
    expect(margin(top)).toBeCloseTo((reference.topProbabilities[0] ?? NaN) - (reference.topProbabilities[1] ?? NaN), 10);

    const reading = layerReading(readLens(Float32Array.of(3, 4), logits, 2), reference.target);
    expect(reading.norm).toBe(5);
    expect(reading.probability).toBeCloseTo(Math.exp(reference.logProbability), 10);
    expect(reading.rank).toBe(reference.rank);
    expect(reading.entropy).toBeCloseTo(reference.entropyNats / Math.LN2, 10);
    expect(reading.top.ids).toEqual(reference.topIds.slice(0, 2));
  });

  it('are what a stable full sort gives, ties by lower id, and rank says the same', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }), fc.integer({ min: 0, max: 35 }), (values, count) => {
        const sorted = values.map((_, id) => id).toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
        expect(topIndices(Float32Array.from(values), count)).toEqual(sorted.slice(0, count));
        sorted.forEach((id, place) => expect(rank(Float32Array.from(values), id)).toBe(place + 1));
      }),
    );
  });

  it('keep -Infinity as the last candidates and never NaN', () => {
    expect(topIndices(Float32Array.of(-Infinity, 1, NaN), 3)).toEqual([1, 0]);
    expect(margin({ ids: [3], probabilities: [0.5] })).toBe(0.5);
  });
});
