import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantizeInt4, quantizeInt8 } from './quantize';
import { unpackInt4, unpackInt8 } from './unpack';

const rows = 3;
const columns = 64;
const finite = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) });
/** Scales are floats too: of numbers near the smallest there are they are not precise. */
const weights = finite.map((value) => (Math.abs(value) < 1e-30 ? 0 : value));
const matrices = fc.array(weights, { minLength: rows * columns, maxLength: rows * columns }).map((values) => Float32Array.from(values));

const kinds = [
  { name: 'int4', quantize: quantizeInt4, unpack: unpackInt4, levels: 7 },
  { name: 'int8', quantize: quantizeInt8, unpack: unpackInt8, levels: 127 },
] as const;

function errorOf(values: Float32Array, found: Float32Array): number {
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  const errors = values.reduce((sum, value, index) => sum + (value - (found[index] ?? NaN)) ** 2, 0);
  return squares === 0 ? 0 : Math.sqrt(errors / squares);
}

describe.each(kinds)('$name', ({ quantize, unpack, levels }) => {
  it('reports the error it made', () => {
    fc.assert(
      fc.property(matrices, (values) => {
        const matrix = quantize(values, rows, columns);
        expect(matrix.relativeError).toBeCloseTo(errorOf(values, unpack(matrix)), 6);
      }),
      { numRuns: 200 },
    );
  });

  it('is off by half a step at most in the root mean square of a block, a step being its largest value through the number of levels', () => {
    fc.assert(
      fc.property(matrices, (values) => {
        const found = unpack(quantize(values, rows, columns));
        for (let block = 0; block < values.length; block += 32) {
          const part = [...values.subarray(block, block + 32)];
          const squares = part.reduce((sum, value, index) => sum + (value - (found[block + index] ?? NaN)) ** 2, 0);
          expect(Math.sqrt(squares / 32)).toBeLessThanOrEqual((Math.max(...part.map(Math.abs)) / levels / 2) * 1.0001);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps zeros, and values that are whole steps', () => {
    expect(quantize(new Float32Array(32), 1, 32)).toMatchObject({ relativeError: 0, scales: Float32Array.of(0) });
    const steps = Float32Array.from({ length: 32 }, (_, index) => ((index % 15) - 8) * 0.25 + (levels === 127 && index === 0 ? -29.75 : 0));
    expect(unpack(quantize(steps, 1, 32))).toEqual(steps);
  });

  it('keeps the sign of the smallest numbers there are', () => {
    const tiny = Float32Array.from({ length: 32 }, (_, index) => (index % 2 === 0 ? 190 : -190) * 2 ** -149);
    const found = unpack(quantize(tiny, 1, 32));
    expect(tiny.every((value, index) => value * (found[index] ?? NaN) >= 0)).toBe(true);
  });

  it('refuses numbers that are not finite, and other sizes', () => {
    for (const bad of [NaN, Infinity]) {
      const values = new Float32Array(32).fill(1);
      values[7] = bad;
      expect(() => quantize(values, 1, 32)).toThrow('not finite');
    }
    expect(() => quantize(new Float32Array(33), 1, 33)).toThrow(RangeError);
    expect(() => quantize(new Float32Array(32), 2, 32)).toThrow(RangeError);
  });
});

it('int4 chooses scales that beat the largest value taken as -8', () => {
  const bell = Float32Array.from({ length: 32 * 200 }, (_, index) =>
    [1, 2, 3, 4].reduce((sum, k) => sum + Math.sin(index * k * 12.9898 + k), 0),
  );
  const naive = Float32Array.from(bell);
  for (let block = 0; block < bell.length; block += 32) {
    const part = bell.subarray(block, block + 32);
    const extreme = part.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    part.forEach((value, i) => (naive[block + i] = (Math.min(15, Math.trunc((value * -8) / extreme + 8.5)) - 8) * (extreme / -8)));
  }
  expect(quantizeInt4(bell, 1, bell.length).relativeError).toBeLessThan(0.97 * errorOf(bell, naive));
});
