import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attentionCode, codeProbability, poolCodes } from './attention';

describe('codes of attention', () => {
  it('keep the order of probabilities and give each back to a few hundredths of itself', () => {
    const probability = fc.double({ min: 1e-3, max: 1, noNaN: true });
    fc.assert(
      fc.property(probability, probability, (a, b) => {
        expect(attentionCode(a) <= attentionCode(b) || a > b).toBe(true);
        expect(Math.abs(codeProbability(attentionCode(a)) / a - 1)).toBeLessThan(0.05);
      }),
    );
    expect([0, 1].map(attentionCode)).toEqual([0, 255]);
  });

  it('pool to the largest of each square, whatever is left over at the edges', () => {
    const size = fc.integer({ min: 1, max: 9 });
    fc.assert(
      fc.property(size, size, fc.constantFrom(1, 2, 4), fc.infiniteStream(fc.nat(255)), (rows, columns, pool, stream) => {
        const codes = Uint8Array.from({ length: rows * columns }, () => Number(stream.next().value));
        const across = Math.ceil(columns / pool);
        const pooled = poolCodes(codes, rows, columns, pool);
        expect(pooled).toHaveLength(Math.ceil(rows / pool) * across);
        pooled.forEach((value, place) => {
          const inside: number[] = [];
          for (let row = Math.floor(place / across) * pool; row < Math.min(rows, (Math.floor(place / across) + 1) * pool); row++) {
            for (let column = (place % across) * pool; column < Math.min(columns, ((place % across) + 1) * pool); column++)
              inside.push(codes[row * columns + column] ?? -1);
          }
          expect(value).toBe(Math.max(...inside));
        });
      }),
    );
  });
});
