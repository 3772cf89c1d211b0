import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { logProbability, readDistribution, surprisal } from './distribution';
import fixtures from './fixtures/measures.json';
import { selfCertainty } from './self-certainty';

describe('distribution', () => {
  it.each(fixtures.distributions)('agrees with PyTorch in 64 bits (rank $rank)', (reference) => {
    const distribution = readDistribution(Float32Array.from(reference.logits));
    expect(logProbability(distribution, reference.target)).toBeCloseTo(reference.logProbability, 10);
    expect(distribution.entropy).toBeCloseTo(reference.entropyNats / Math.LN2, 10);
    expect(selfCertainty(distribution)).toBeCloseTo(reference.selfCertainty, 9);
  });

  it('keeps the digits of an entropy near 0', () => {
    const rest = Math.exp(-20);
    const nats = Math.log1p(rest) + (20 * rest) / (1 + rest);
    expect((readDistribution(Float32Array.of(20, 0)).entropy * Math.LN2) / nats).toBeCloseTo(1, 6);
  });

  it('has closed forms: uniform, certain, a fair coin', () => {
    const uniform = readDistribution(new Float32Array(256).fill(3));
    expect(uniform.entropy).toBeCloseTo(8, 12);
    expect(surprisal(logProbability(uniform, 0))).toBeCloseTo(8, 12);
    expect(selfCertainty(uniform)).toBeCloseTo(0, 12);

    const certain = readDistribution(Float32Array.of(-Infinity, 0, -Infinity));
    expect(certain.entropy).toBe(0);
    expect(surprisal(logProbability(certain, 1))).toBe(0);
    expect(selfCertainty(certain)).toBe(Infinity);

    expect(readDistribution(Float32Array.of(2, -Infinity, 2)).entropy).toBeCloseTo(1, 12);
  });

  it('measures self-certainty from the uniform distribution to the model: KL(U || p) of (3/4, 1/4) is ln(2/√3)', () => {
    const distribution = readDistribution(Float32Array.of(Math.log(3), 0));
    expect(selfCertainty(distribution)).toBeCloseTo(Math.log(2 / Math.sqrt(3)), 7);
  });

  it('is the same for shifted logits, normalised, and its entropy lies between 0 and log2 V', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -60, max: 60 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: -900, max: 900 }),
        (values, shift) => {
          const distribution = readDistribution(Float32Array.from(values));
          const moved = readDistribution(Float32Array.from(values, (value) => value + shift));
          const sum = values.reduce((total, _, id) => total + Math.exp(logProbability(distribution, id)), 0);
          expect(sum).toBeCloseTo(1, 10);
          expect(moved.entropy).toBeCloseTo(distribution.entropy, 9);
          expect(distribution.entropy).toBeGreaterThanOrEqual(0);
          expect(distribution.entropy).toBeLessThanOrEqual(Math.log2(values.length) + 1e-9);
        },
      ),
    );
  });

  it('refuses logits that are not numbers, and ids outside the vocabulary', () => {
    for (const bad of [NaN, Infinity]) expect(() => readDistribution(Float32Array.of(0, bad))).toThrow(InterlinearError);
    expect(() => readDistribution(Float32Array.of(-Infinity, -Infinity))).toThrow(InterlinearError);
    expect(() => logProbability(readDistribution(Float32Array.of(0, 1)), 2)).toThrow(RangeError);
  });
});
