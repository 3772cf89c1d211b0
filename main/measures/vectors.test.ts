import { describe, expect, it } from 'vitest';
import fixtures from './fixtures/measures.json';
import { NearestTokens } from './nearest-tokens';
import { cosine, maximumAbsoluteDifference, norm, relativeDifference } from './vectors';

describe('vectors', () => {
  it('cosine agrees with PyTorch and with right angles', () => {
    const { a, b, value } = fixtures.cosine;
    expect(cosine(Float32Array.from(a), Float32Array.from(b))).toBeCloseTo(value, 12);
    expect(cosine(Float32Array.of(0, 2), Float32Array.of(5, 0))).toBe(0);
    expect(cosine(Float32Array.of(1, 1), Float32Array.of(-2, -2))).toBeCloseTo(-1, 12);
    expect(cosine(Float32Array.of(0, 0), Float32Array.of(1, 0))).toBeNaN();
    expect(norm(Float32Array.of(2, 3, 6))).toBe(7);
  });

  it('a difference that is not a number is the largest there is', () => {
    expect(maximumAbsoluteDifference(Float32Array.of(1, 2), Float32Array.of(1.5, 1))).toBe(1);
    expect(maximumAbsoluteDifference(Float32Array.of(NaN), Float32Array.of(0))).toBe(Infinity);
    expect(maximumAbsoluteDifference(Float32Array.of(0), Float32Array.of(0, 0))).toBe(Infinity);
    expect(maximumAbsoluteDifference(Float32Array.of(-Infinity), Float32Array.of(-Infinity))).toBe(0);
  });

  it('nearest tokens go by direction, not by length', () => {
    // Rows at 0°, 90°, 45° and a zero row, which has no direction.
    const nearest = new NearestTokens(() => Float32Array.of(100, 0, 0, 1, 0.1, 0.1, 0, 0), 2, 4);
    const found = nearest.find(Float32Array.of(1, 1));
    expect(found.ids).toEqual([2, 0, 1]);
    [1, Math.SQRT1_2, Math.SQRT1_2].forEach((expected, i) => expect(found.probabilities[i]).toBeCloseTo(expected, 7));
    expect(nearest.find(Float32Array.of(0, 0)).ids).toEqual([]);
    // Rows of odd length: the second row is the vector itself.
    const odd = Float32Array.of(1, 2, 3, 3, -1, 2, -3, 1, -2);
    expect(new NearestTokens(() => odd, 3, 1).find(Float32Array.of(3, -1, 2))).toEqual({ ids: [1], probabilities: [1] });
  });
});

describe('the relative difference', () => {
  it('is the norm of the difference over that of the reference', () => {
    expect(relativeDifference(Float32Array.of(3, 4, 1), Float32Array.of(3, 4, 0))).toBeCloseTo(0.2, 7);
    expect(relativeDifference(Float32Array.of(1, 2), Float32Array.of(1, 2))).toBe(0);
    expect(relativeDifference(Float32Array.of(0), Float32Array.of(0))).toBe(0);
  });

  it('is infinite where nothing can be compared', () => {
    expect(relativeDifference(Float32Array.of(1), Float32Array.of(1, 2))).toBe(Infinity);
    expect(relativeDifference(Float32Array.of(NaN), Float32Array.of(1))).toBe(Infinity);
    expect(relativeDifference(Float32Array.of(1), Float32Array.of(0))).toBe(Infinity);
  });
});
