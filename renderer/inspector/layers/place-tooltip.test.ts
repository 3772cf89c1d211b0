import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeTooltip, tooltipSize } from './place-tooltip';

describe('placeTooltip', () => {
  it('stands under the rows where there is room, else right of the cell, else left of it', () => {
    const room = { width: 900, height: 300 };
    expect(placeTooltip({ left: 100, top: 40, width: 20 }, room, 180)).toEqual({ left: 100, top: 180 });
    expect(placeTooltip({ left: 100, top: 40, width: 20 }, room, null)).toEqual({ left: 128, top: 40 });
    expect(placeTooltip({ left: 700, top: 280, width: 20 }, room, null)).toEqual({ left: 328, top: 190 });
  });

  it('stays inside and leaves its cell in sight wherever the window is large enough for that', () => {
    const cells = fc.record({
      left: fc.integer({ min: 0, max: 1200 }),
      top: fc.integer({ min: 0, max: 600 }),
      width: fc.integer({ min: 9, max: 112 }),
    });
    const rooms = fc.record({
      width: fc.integer({ min: 370, max: 1300 }),
      height: fc.integer({ min: 2 * tooltipSize.height + 20, max: 600 }),
    });
    fc.assert(
      fc.property(cells, rooms, (cell, room) => {
        fc.pre(cell.left + cell.width <= room.width && cell.top + 10 <= room.height);
        const { left, top } = placeTooltip(cell, room, null);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(left + tooltipSize.width).toBeLessThanOrEqual(room.width);
        expect(top + tooltipSize.height).toBeLessThanOrEqual(room.height);
        const apart =
          left >= cell.left + cell.width ||
          left + tooltipSize.width <= cell.left ||
          top >= cell.top + 10 ||
          top + tooltipSize.height <= cell.top;
        expect(apart).toBe(true);
      }),
    );
  });
});
