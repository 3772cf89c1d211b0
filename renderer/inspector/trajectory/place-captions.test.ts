import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaptionRequest, placeCaptions } from './place-captions';

const bounds = { left: 0, top: 0, right: 200, bottom: 100 };
const caption = (x: number, y: number, priority = 0, width = 30): CaptionRequest => ({ text: 'cy', x, y, width, height: 12, priority });

describe('placeCaptions', () => {
  it('stands to the right of a lonely point', () => {
    expect(placeCaptions([caption(50, 50)], bounds, [])).toEqual([{ request: 0, left: 57, top: 44 }]);
  });

  it('goes elsewhere when the right is taken by a point or ends the picture', () => {
    expect(placeCaptions([caption(50, 50)], bounds, [{ x: 70, y: 50 }])[0]).toEqual({ request: 0, left: 35, top: 31 });
    expect(placeCaptions([caption(195, 50)], bounds, [])[0]?.left).toBeLessThan(170);
  });

  it('gives the first choice to the higher priority', () => {
    const placed = placeCaptions([caption(50, 50, 0), caption(50, 50, 5)], bounds, []);
    expect(placed[0]).toEqual({ request: 1, left: 57, top: 44 });
  });

  it('never lets two overlap nor one leave the picture, whatever is asked', () => {
    const any = fc.array(
      fc.record({ x: fc.integer({ min: 0, max: 200 }), y: fc.integer({ min: 0, max: 100 }), width: fc.integer({ min: 5, max: 80 }) }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(any, (points) => {
        const requests = points.map(({ x, y, width }) => caption(x, y, 0, width));
        const boxes = placeCaptions(requests, bounds, points).map((place) => {
          const request = requests[place.request];
          return {
            left: place.left,
            top: place.top,
            right: place.left + (request?.width ?? 0),
            bottom: place.top + (request?.height ?? 0),
          };
        });
        boxes.forEach((a, i) => {
          expect(a.left).toBeGreaterThanOrEqual(0);
          expect(a.top).toBeGreaterThanOrEqual(0);
          expect(a.right).toBeLessThanOrEqual(200);
          expect(a.bottom).toBeLessThanOrEqual(100);
          for (const b of boxes.slice(i + 1))
            expect(a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom).toBe(true);
        });
      }),
    );
  });
});
