import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attentionBlock, poolCodes } from '../../../main/contract/attention';
import { AttentionMatrix, HeadsOverview, poolFor } from './attention-matrix';

const code = (plane: number, row: number, column: number): number => (column > row ? 0 : 1 + ((7 * plane + 31 * row + 3 * column) % 255));

/** [count, first + count] as the engine sends it. */
const block = (plane: number, first: number, count: number): Uint8Array =>
  Uint8Array.from({ length: count * (first + count) }, (_, i) => code(plane, first + Math.floor(i / (first + count)), i % (first + count)));

const blocks = (positions: number): readonly (readonly [first: number, count: number])[] =>
  Array.from({ length: Math.ceil(positions / attentionBlock) }, (_, i) => [
    i * attentionBlock,
    Math.min(attentionBlock, positions - i * attentionBlock),
  ]);

describe('AttentionMatrix', () => {
  it('gives back every cell, and nothing for what cannot be seen or has not come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (positions) => {
        const matrix = new AttentionMatrix();
        for (const [first, count] of blocks(positions)) matrix.take(first, count, block(0, first, count));
        expect(matrix.rows).toBe(positions);
        for (let row = 0; row < positions; row++) {
          expect([...matrix.row(row)]).toEqual(Array.from({ length: row + 1 }, (_, column) => code(0, row, column)));
        }
        expect(matrix.at(positions, 0)).toBe(0);
        expect(matrix.at(0, 1)).toBe(0);
        expect(matrix.row(positions)).toHaveLength(0);
      }),
      { numRuns: 20 },
    );
  });

  it('takes a block again that has grown, and refuses gaps and half rows', () => {
    const matrix = new AttentionMatrix();
    matrix.take(0, 5, block(0, 0, 5));
    matrix.take(0, 9, block(0, 0, 9));
    expect(matrix.rows).toBe(9);
    expect(matrix.at(8, 8)).toBe(code(0, 8, 8));
    expect(() => {
      matrix.take(32, 1, block(0, 32, 1));
    }).toThrow(RangeError);
    expect(() => {
      matrix.take(0, 9, new Uint8Array(80));
    }).toThrow(RangeError);
  });
});

describe('HeadsOverview', () => {
  it('is what pooling the whole matrix gives, whatever blocks it came in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 150 }), fc.constantFrom(1, 2, 8, 32), (positions, pool) => {
        const overview = new HeadsOverview(2, positions, pool);
        for (const [first, count] of blocks(positions)) {
          const parts = [0, 1].map((plane) => poolCodes(block(plane, first, count), count, first + count, pool));
          overview.take(first, count, Uint8Array.from(parts.flatMap((part) => [...part])));
        }
        for (const plane of [0, 1]) {
          const whole = poolCodes(block(plane, 0, positions), positions, positions, pool);
          expect([...overview.plane(plane)]).toEqual([...whole]);
        }
        expect(overview.rows).toBe(positions);
      }),
      { numRuns: 30 },
    );
  });

  it('has some sixty cells to a side', () => {
    expect([1, 64, 65, 128, 500, 2000, 4096].map(poolFor)).toEqual([1, 1, 2, 2, 8, 32, 32]);
  });
});
