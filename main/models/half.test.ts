import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHalf } from './half';

/** Value of a finite half from its bits, after IEEE 754: (-1)^s × 2^(e-15) × (1 + f/1024), subnormals 2^-14 × f/1024. */
function valueOf(half: number): number {
  const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  return exponent === 0 ? sign * 2 ** -14 * (fraction / 1024) : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function halfOf(value: number): number {
  return new DataView(encodeHalf(Float32Array.of(value)).buffer).getUint16(0, true);
}

describe('half precision', () => {
  it('keeps each of the 63 488 finite halves', () => {
    const finite = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => ((half >> 10) & 31) !== 31);
    expect(finite).toHaveLength(63_488);
    expect(finite.filter((half) => halfOf(valueOf(half)) !== half)).toEqual([]);
  });

  it('rounds half way to the even neighbour, and anything else to the nearer one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7bfe }), fc.double({ min: 0, max: 1, noNaN: true }), (half, share) => {
        const [low, high] = [valueOf(half), valueOf(half + 1)];
        const middle = (low + high) / 2;
        expect(halfOf(middle)).toBe(half % 2 === 0 ? half : half + 1);
        const between = Math.fround(low + share * (high - low));
        if (between === middle) return;
        expect(halfOf(between)).toBe(between < middle ? half : half + 1);
        expect(halfOf(-between)).toBe((between < middle ? half : half + 1) | 0x8000);
      }),
      { numRuns: 2000 },
    );
  });

  it('overflows to infinity from 65 520, and keeps infinity and not-a-number', () => {
    expect(halfOf(65519)).toBe(0x7bff);
    expect(halfOf(65520)).toBe(0x7c00);
    expect(halfOf(-Infinity)).toBe(0xfc00);
    expect(halfOf(NaN) & 0x7fff).toBe(0x7e00);
    expect(halfOf(2 ** -25)).toBe(0);
    expect(halfOf(1.5 * 2 ** -25)).toBe(1);
  });

  it('reads no further than the view it is given', () => {
    expect([...encodeHalf(Float32Array.of(9, 1, 9).subarray(1, 2))]).toEqual([0x00, 0x3c]);
  });
});
