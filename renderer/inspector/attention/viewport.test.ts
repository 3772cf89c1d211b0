import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellAt, clamped, revealing, smallestSpan, wholeView, zoomed } from './viewport';

const room = { width: 500, height: 180 };
const positions = fc.integer({ min: 1, max: 4096 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('a viewport', () => {
  it('never shows what is beside the matrix, wherever and however far it is zoomed', () => {
    fc.assert(
      fc.property(
        positions,
        fc.array(fc.tuple(fc.double({ min: 0.05, max: 20, noNaN: true }), share, share), { maxLength: 12 }),
        (size, zooms) => {
          const view = zooms.reduce((now, [factor, x, y]) => zoomed(now, factor, { x, y }, size, room.height), wholeView(size));
          expect(view.span).toBeGreaterThanOrEqual(smallestSpan(size, room.height) - 1e-9);
          for (const from of [view.top, view.left]) {
            expect(from).toBeGreaterThanOrEqual(0);
            expect(from + view.span).toBeLessThanOrEqual(size + 1e-6);
          }
        },
      ),
    );
  });

  it('keeps the cell under the pointer while it zooms', () => {
    fc.assert(
      fc.property(share, share, (x, y) => {
        const size = 2000;
        const before = clamped({ top: 600, left: 700, span: 400 }, size, room.height);
        const at = (view: typeof before) => ({ row: view.top + y * view.span, column: view.left + x * view.span });
        const after = at(zoomed(before, 0.5, { x, y }, size, room.height));
        expect(after.row).toBeCloseTo(at(before).row, 6);
        expect(after.column).toBeCloseTo(at(before).column, 6);
      }),
    );
  });

  it('finds the cell at a point, and none outside', () => {
    expect(cellAt(wholeView(50), 499, 179, 50, room)).toEqual({ row: 49, column: 49 });
    expect(cellAt({ top: 10, left: 20, span: 10 }, 0, 0, 50, room)).toEqual({ row: 10, column: 20 });
    expect(cellAt(wholeView(50), -1, 5, 50, room)).toBeNull();
    expect(cellAt(wholeView(50), 5, 180, 50, room)).toBeNull();
  });

  it('moves no further than it takes to show a cell', () => {
    const view = { top: 100, left: 100, span: 20 };
    expect(revealing(view, { row: 110, column: 105 }, 2000, room.height)).toEqual(view);
    expect(revealing(view, { row: 120, column: 99 }, 2000, room.height)).toEqual({ top: 101, left: 99, span: 20 });
    expect(revealing(view, { row: 1999, column: 1999 }, 2000, room.height)).toEqual({ top: 1980, left: 1980, span: 20 });
  });
});
