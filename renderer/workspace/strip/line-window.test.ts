import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesInView, placesFor, scrollToLine } from './line-window';

const heights = fc.integer({ min: 20, max: 60 });
const viewports = fc.record({ top: fc.integer({ min: 0, max: 2_000_000 }), height: fc.integer({ min: 0, max: 2_000 }) });
const counts = fc.integer({ min: 0, max: 40_000 });

describe('linesInView', () => {
  it('has every line that can be seen, and few more, whatever the number of lines', () => {
    fc.assert(
      fc.property(viewports, heights, counts, (viewport, lineHeight, lines) => {
        const { first, end } = linesInView(viewport, lineHeight, lines);
        expect(first).toBeLessThanOrEqual(end);
        expect(end).toBeLessThanOrEqual(lines);
        expect(end - first).toBeLessThanOrEqual(Math.ceil(viewport.height / lineHeight) + 6);
        for (let line = Math.floor(viewport.top / lineHeight); line * lineHeight < viewport.top + viewport.height && line < lines; line++)
          expect(line >= first && line < end).toBe(true);
      }),
    );
  });
});

describe('placesFor', () => {
  it('has one for every line of the page, wherever it is scrolled to', () => {
    fc.assert(
      fc.property(viewports, heights, counts, (viewport, lineHeight, lines) => {
        const { first, end } = linesInView(viewport, lineHeight, lines);
        expect(end - first).toBeLessThanOrEqual(placesFor(viewport.height, lineHeight));
      }),
    );
  });
});

describe('scrollToLine', () => {
  it('moves as little as shows the whole line, and not at all where it is whole', () => {
    expect(scrollToLine(3, { top: 100, height: 200 }, 40, 'nearest')).toBeNull();
    expect(scrollToLine(2, { top: 100, height: 200 }, 40, 'nearest')).toBe(80);
    expect(scrollToLine(9, { top: 100, height: 200 }, 40, 'nearest')).toBe(200);
  });

  it('puts a line at the start or the end when asked to', () => {
    expect(scrollToLine(3, { top: 0, height: 50 }, 40, 'start')).toBe(120);
    expect(scrollToLine(3, { top: 120, height: 50 }, 40, 'start')).toBeNull();
    expect(scrollToLine(9, { top: 0, height: 200 }, 40, 'end')).toBe(200);
  });
});
