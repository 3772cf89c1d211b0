import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expOfNegative } from './exponential';

it('is e to the power of numbers up to 0', () => {
  fc.assert(
    fc.property(fc.double({ min: -707.9, max: 0, noNaN: true }), (x) => {
      const exact = Math.exp(x);
      return Math.abs(expOfNegative(x) - exact) <= 1e-13 * exact;
    }),
    { numRuns: 20_000 },
  );
  expect(expOfNegative(0)).toBe(1);
  expect(expOfNegative(-0)).toBe(1);
});

it('is 0 where e^x is next to nothing, and no number for what is none', () => {
  for (const x of [-708.1, -1e9, -Infinity]) expect(expOfNegative(x)).toBe(0);
  expect(expOfNegative(NaN)).toBeNaN();
});
