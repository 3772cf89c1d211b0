import { describe, expect, it } from 'vitest';
import fixtures from './fixtures/measures.json';
import { fitTrajectoryBasis, project, shuffleCoordinates } from './trajectory';
import { norm } from './vectors';

const rows = (vectors: number[][]): Float32Array[] => vectors.map((vector) => Float32Array.from(vector));

describe('trajectory basis', () => {
  it.each([
    ['more vectors than dimensions', fixtures.tall],
    ['more dimensions than vectors', fixtures.wide],
  ])('agrees with the singular value decomposition of NumPy: %s', (_, reference) => {
    const vectors = rows(reference.vectors);
    const basis = fitTrajectoryBasis(vectors, reference.explained.length);
    reference.explained.forEach((share, k) => expect(basis.explained[k]).toBeCloseTo(share, 10));
    reference.components.forEach((component, k) => component.forEach((value, i) => expect(basis.components[k]?.[i]).toBeCloseTo(value, 8)));
    reference.coordinates.forEach((point, n) => {
      const projected = project(basis, vectors[n] ?? new Float32Array());
      point.forEach((value, k) => expect(projected[k]).toBeCloseTo(value, 6));
    });
    expect(basis.residual).toBeCloseTo(reference.residual, 9);
  });

  it('finds the line points lie on, and nothing beside it', () => {
    const direction = [0.6, 0, 0.8];
    const basis = fitTrajectoryBasis(rows([-2, -1, 0, 3].map((t) => direction.map((d, i) => i + t * d))), 2);
    direction.forEach((value, i) => expect(basis.components[0]?.[i]).toBeCloseTo(value, 6));
    expect(basis.explained[0]).toBeCloseTo(1, 10);
    expect(basis.residual).toBeLessThan(1e-6);
    // Rounding to 32 bits leaves a trace of a second direction, no more.
    expect(basis.explained[1]).toBeLessThan(1e-12);
    expect(project(basis, Float32Array.of(0.6 * 5, 1, 2 + 0.8 * 5))[0]).toBeCloseTo(5, 5);
  });

  it('finds the axes of an ellipse: variances as the squares of its half-axes', () => {
    const points = Array.from({ length: 64 }, (_, i) => {
      const [x, y] = [3 * Math.cos((2 * Math.PI * i) / 64), Math.sin((2 * Math.PI * i) / 64)];
      return [x * 0.8 - y * 0.6 + 10, x * 0.6 + y * 0.8 - 10];
    });
    const basis = fitTrajectoryBasis(rows(points), 1);
    expect(basis.explained[0]).toBeCloseTo(9 / 10, 6);
    expect(basis.residual).toBeCloseTo(Math.sqrt(1 / 10), 6);
    expect(basis.components[0]?.[0]).toBeCloseTo(0.8, 5);
    expect(basis.components[0]?.[1]).toBeCloseTo(0.6, 5);
  });

  it('makes nothing of one point, or of equal ones', () => {
    for (const vectors of [
      rows([[1, 2, 3]]),
      rows([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
    ]) {
      const basis = fitTrajectoryBasis(vectors, 2);
      expect(basis.explained).toEqual([0, 0]);
      expect(basis.residual).toBe(0);
      expect(project(basis, Float32Array.of(9, 9, 9).subarray(0, vectors[0]?.length))).toEqual([0, 0]);
    }
    expect(() => fitTrajectoryBasis([], 2)).toThrow(RangeError);
    expect(() => fitTrajectoryBasis(rows([[1], [1, 2]]), 2)).toThrow(RangeError);
  });

  it('shuffles coordinates without changing them', () => {
    const vector = Float32Array.from({ length: 20 }, (_, i) => i * i);
    let state = 1;
    const uniform = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    const shuffled = shuffleCoordinates(vector, uniform);
    expect(shuffled).not.toEqual(vector);
    expect(shuffled.toSorted()).toEqual(vector);
    expect(norm(shuffled)).toBeCloseTo(norm(vector), 3);
  });
});
