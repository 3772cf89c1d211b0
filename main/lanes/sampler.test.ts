import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SamplerSettings } from '../contract/lanes';
import { randomStream } from '../runtime/random';
import fixtures from './fixtures/sampler.json';
import { drawToken, samplingDistribution } from './sampler';

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
      const own = samplingDistribution({ logits: Float32Array.from(logits) }, settings);
      probabilities.forEach((probability, id) => expect(own[id]).toBeCloseTo(probability, 12));
      expect(kept(own)).toEqual(kept(Float64Array.from(probabilities)));
    },
  );

  it('sums to 1, keeps the most probable token, and each filter keeps a part of what there was without it', () => {
    fc.assert(
      fc.property(logitsArbitrary, settingsArbitrary, (logits, settings) => {
        const probabilities = samplingDistribution({ logits }, settings);
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
        const ids = kept(probabilities);
        expect(ids).toContain(logits.indexOf(Math.max(...logits)));
        for (const wider of [
          { ...settings, minP: 0 },
          { ...settings, topP: 1 },
          { ...settings, topP: 1, topK: 0 },
        ]) {
          expect(isSubset(ids, kept(samplingDistribution({ logits }, wider)))).toBe(true);
        }
        expect(ids.length).toBeLessThanOrEqual(settings.topK || logits.length);
      }),
    );
  });

  it('top-p keeps the fewest tokens that reach p', () => {
    fc.assert(
      fc.property(logitsArbitrary, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (logits, topP) => {
        const all = samplingDistribution({ logits }, off);
        const ids = kept(samplingDistribution({ logits }, { ...off, topP }));
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
    const probabilities = samplingDistribution({ logits }, settings);
    const next = randomStream(7, 0, 0);
    const counts = new Float64Array(logits.length);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const { tokenId } = drawToken({ logits }, settings, next(), 3);
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

  it('gives tokens that are excluded no weight, whatever theirs was, and the others what they have without them', () => {
    fc.assert(
      fc.property(logitsArbitrary, fc.nat(), settingsArbitrary, (some, place, settings) => {
        const logits = Float32Array.of(...some, 0);
        const excluded = [place % some.length];
        const others = logits.map((logit, id) => (excluded.includes(id) ? -Infinity : logit));
        expect(samplingDistribution({ logits, excluded }, settings)).toEqual(samplingDistribution({ logits: others }, settings));
        for (const temperature of [0, settings.temperature])
          expect(drawToken({ logits, excluded }, { ...settings, temperature }, 0.7, 5)).toEqual(
            drawToken({ logits: others }, { ...settings, temperature }, 0.7, 5),
          );
      }),
    );
    const certain = Float32Array.of(0, 900, 1);
    expect(drawToken({ logits: certain, excluded: [1] }, off, 0, 2).sampled.ids).toEqual([2, 0]);
  });

  it('keeps the same nucleus of a large vocabulary whether few tokens make it or many', () => {
    const logits = Float32Array.from({ length: 5000 }, (_, id) => 3 * Math.sin(id * 12.9898));
    for (const topP of [0.001, 0.1, 0.5, 0.9]) {
      for (const topK of [0, 100, 300]) {
        const probabilities = samplingDistribution({ logits }, { ...off, topP, topK });
        const order = [...logits.keys()].toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b).slice(0, topK || logits.length);
        const weights = order.map((id) => Math.exp(logits[id] ?? 0));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        let mass = 0;
        const expected = order.filter((_, i) => {
          const isIn = mass < topP * total;
          mass += weights[i] ?? 0;
          return isIn;
        });
        expect(kept(probabilities)).toEqual(expected.toSorted((a, b) => a - b));
      }
    }
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
      expect(drawToken({ logits }, off, uniform, 2).tokenId).toBe(expected);
    }
    expect(drawToken({ logits }, off, 0, 8).sampled.ids).toEqual([1, 0, 3]);
  });

  it('is greedy at temperature 0, the lower of equal ids first, whatever the number drawn', () => {
    expect(drawToken({ logits: Float32Array.of(0, 3, 3) }, { ...off, temperature: 0 }, 0.99, 4)).toEqual({
      tokenId: 1,
      sampled: { ids: [1], probabilities: [1] },
    });
  });
});
