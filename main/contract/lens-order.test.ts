import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCoarse, lensOrder } from './lens-order';

it('goes from coarse to fine, counted from the last stream', () => {
  expect(lensOrder(30).slice(0, 3)).toEqual([
    [6, 14, 22],
    [2, 10, 18, 26],
    [0, 4, 8, 12, 16, 20, 24, 28],
  ]);
  expect(lensOrder(2)).toEqual([[0], [1]]);
  expect(lensOrder(0)).toEqual([]);
});

it('has every stream once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), (below) => {
      expect(
        lensOrder(below)
          .flat()
          .toSorted((a, b) => a - b),
      ).toEqual(Array.from({ length: below }, (_, stream) => stream));
    }),
  );
});

it('knows the coarsest round', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 200 }), (below) => {
      expect(lensOrder(below).map((round) => isCoarse(round, below))).toEqual([true, false, false, false]);
    }),
  );
});
