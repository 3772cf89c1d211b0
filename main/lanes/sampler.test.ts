import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SamplerSettings } from '../contract/lanes';
import { randomStream } from '../runtime/random';
import fixtures from './fixtures/sampler.json';
import { softmax } from '../measures/distribution';
import type { TokenScores } from './lane';
import { drawToken, samplingDistribution } from './sampler';

const scored = (logits: Float32Array): TokenScores => ({ logits, probabilities: softmax(logits) });
const off: SamplerSettings = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const logitsArbitrary = fc
  .array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 120 })
  .map((values) => Float32Array.from(values));
const settingsArbitrary = fc.record({
  temperature: fc.double({ min: 0.05, max: 4, noNaN: true }),
  topK: fc.integer({ min: 0, max: 130 }),
  topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
  minP: fc.double({ min: 0, max: 1, noNaN: true }),
});
const kept = (probabilities: Float64Array): number[] => [...probabilities.keys()].filter((id) => (probabilities[id] ?? 0) > 0);
const isSubset = (part: number[], whole: number[]): boolean => part.every((id) => whole.includes(id));

describe('sampler', () => {
  it.each(fixtures)(
    'agrees with transformers: $settings.temperature, $settings.topK, $settings.topP, $settings.minP',
    ({ logits, settings, probabilities }) => {
      const own = samplingDistribution(scored(Float32Array.from(logits)), settings);
      probabilities.forEach((probability, id) => expect(own[id]).toBeCloseTo(probability, 12));
      expect(kept(own)).toEqual(kept(Float64Array.from(probabilities)));
    },
  );

  it('sums to 1, keeps the most probable token, and each filter keeps a part of what there was without it', () => {
    fc.assert(
      fc.property(logitsArbitrary, settingsArbitrary, (logits, settings) => {
        const probabilities = samplingDistribution(scored(logits), settings);
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        const ids = kept(probabilities);
        expect(ids).toContain(logits.indexOf(Math.max(...logits)));
        for (const wider of [
          { ...settings, minP: 0 },
          { ...settings, topP: 1 },
          { ...settings, topP: 1, topK: 0 },
        ]) {
          expect(isSubset(ids, kept(samplingDistribution(scored(logits), wider)))).toBe(true);
        }
        expect(ids.length).toBeLessThanOrEqual(settings.topK || logits.length);
      }),
    );
  });

  it('top-p keeps the fewest tokens that reach p', () => {
    fc.assert(
      fc.property(logitsArbitrary, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (logits, topP) => {
        const all = samplingDistribution(scored(logits), off);
        const ids = kept(samplingDistribution(scored(logits), { ...off, topP }));
        const mass = ids.reduce((sum, id) => sum + (all[id] ?? 0), 0);
        const least = Math.min(...ids.map((id) => all[id] ?? 0));
        expect(mass).toBeGreaterThanOrEqual(topP - 1e-9);
        expect(mass - least).toBeLessThan(topP + 1e-9);
      }),
    );
  });

  it('draws tokens as often as the filtered distribution says (chi-square, 99.9 %)', () => {
    const logits = Float32Array.of(1, 0, 2, -1, 0.5, 1.5, -3);
    const settings = { temperature: 1.2, topK: 5, topP: 0.98, minP: 0.05 };
    const probabilities = samplingDistribution(scored(logits), settings);
    const next = randomStream(7, 0, 0);
    const counts = new Float64Array(logits.length);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const { tokenId } = drawToken(scored(logits), settings, next(), 3);
      counts[tokenId] = (counts[tokenId] ?? 0) + 1;
    }
    const ids = kept(probabilities);
    expect(kept(counts)).toEqual(ids);
    expect(ids).toHaveLength(5);
    const chiSquare = ids.reduce(
      (sum, id) => sum + ((counts[id] ?? 0) - draws * (probabilities[id] ?? 0)) ** 2 / (draws * (probabilities[id] ?? 0)),
      0,
    );
    // 4 degrees of freedom.
    expect(chiSquare).toBeLessThan(18.47);
  });

  it('draws from what the pass gave where nothing is filtered, and as it would by its own arithmetic', () => {
    fc.assert(
      fc.property(logitsArbitrary, (logits) => {
        const plain = samplingDistribution(scored(logits), off);
        const own = samplingDistribution(scored(logits), { ...off, topK: logits.length });
        plain.forEach((probability, id) => expect(probability).toBeCloseTo(own[id] ?? NaN, 6));
      }),
    );
  });

  it('inverts the cumulative distribution in the order of ids, ends included', () => {
    const logits = Float32Array.of(Math.log(1), Math.log(2), -Infinity, Math.log(1));
    for (const [uniform, expected] of [
      [0, 0],
      [0.24, 0],
      [0.26, 1],
      [0.74, 1],
      [0.76, 3],
      [1 - 2 ** -53, 3],
    ] as const) {
      expect(drawToken(scored(logits), off, uniform, 2).tokenId).toBe(expected);
    }
    expect(drawToken(scored(logits), off, 0, 8).sampled.ids).toEqual([1, 0, 3]);
  });

  it('is greedy at temperature 0, the lower of equal ids first, whatever the number drawn', () => {
    expect(drawToken(scored(Float32Array.of(0, 3, 3)), { ...off, temperature: 0 }, 0.99, 4)).toEqual({
      tokenId: 1,
      sampled: { ids: [1], probabilities: [1] },
    });
  });
});
