import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttentionMatrix } from './attention-matrix';
import { paintMatrix } from './paint-matrix';
import { wholeView } from './viewport';

const unseen = 1_000_001;
const unread = 1_000_002;
/** A colour that is its code. */
const colours = Uint32Array.from({ length: 256 }, (_, code) => code);

function matrixOf(positions: number, read = positions): AttentionMatrix {
  const matrix = new AttentionMatrix();
  const codes = Uint8Array.from({ length: read * read }, (_, i) =>
    i % read <= Math.floor(i / read) ? 1 + ((5 * Math.floor(i / read) + (i % read)) % 250) : 0,
  );
  matrix.take(0, read, codes);
  return matrix;
}

function painted(
  matrix: AttentionMatrix,
  positions: number,
  view: { top: number; left: number; span: number },
  width: number,
  height: number,
) {
  const pixels = new Uint32Array(width * height).fill(7_777_777);
  paintMatrix(matrix, positions, view, { width, height }, colours, { unseen, unread }, pixels);
  return pixels;
}

describe('paintMatrix', () => {
  it('gives each cell its pixels where there are enough', () => {
    const matrix = matrixOf(3);
    const cell = (row: number, column: number): number => matrix.at(row, column);
    const lines = [
      [cell(0, 0), cell(0, 0), unseen, unseen, unseen, unseen],
      [cell(1, 0), cell(1, 0), cell(1, 1), cell(1, 1), unseen, unseen],
      [cell(2, 0), cell(2, 0), cell(2, 1), cell(2, 1), cell(2, 2), cell(2, 2)],
    ];
    expect([...painted(matrix, 3, wholeView(3), 6, 3)]).toEqual(lines.flat());
    expect([...painted(matrix, 3, { top: 1, left: 0, span: 2 }, 2, 4)]).toEqual(
      [1, 1, 2, 2].flatMap((row) => [cell(row, 0), cell(row, 1)]),
    );
  });

  it('loses no strong cell however far away: each is under some pixel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(),
        fc.nat(),
        (positions, width, height, row, column) => {
          const matrix = new AttentionMatrix();
          const [at, to] = [row % positions, column % ((row % positions) + 1)];
          const codes = new Uint8Array(positions * positions);
          codes[at * positions + to] = 200;
          matrix.take(0, positions, codes);
          const pixels = painted(matrix, positions, wholeView(positions), width, height);
          expect(pixels.includes(200)).toBe(true);
          expect(pixels.includes(7_777_777)).toBe(false);
        },
      ),
    );
  });

  it('tells what has not come from what cannot be seen', () => {
    const pixels = painted(matrixOf(4, 2), 4, wholeView(4), 4, 4);
    expect([...pixels.subarray(8)]).toEqual([unread, unread, unread, unseen, unread, unread, unread, unread]);
  });
});
