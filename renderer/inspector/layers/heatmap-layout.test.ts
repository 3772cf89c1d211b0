import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../testing/sample-run';
import { sampleTextRun } from '../../testing/sample-text-run';
import { laneEntries } from '../shared/lane-entries';
import { cellAt, gutter, headHeight, heatmapLayout, numberStart } from './heatmap-layout';

const entries = laneEntries([sampleRun()]);
const shown = entries.slice(1, 2).map((entry) => ({ entry, cursor: 1 }));
const room = { width: 520, height: 260 };

describe('heatmapLayout', () => {
  it('makes cells wide enough for text where the steps fit', () => {
    const layout = heatmapLayout(shown, 'auto', room);
    expect(layout.columnWidth).toBeGreaterThanOrEqual(52);
    expect(layout.width).toBeLessThanOrEqual(room.width);
    expect(layout.height).toBeLessThanOrEqual(room.height);
  });

  it('shows all layers of a deep model at a glance where words would need scrolling, and words when told to', () => {
    const run = sampleTextRun();
    const lanes = run.lanes.map((lane) => ({
      ...lane,
      modelInfo: { ...lane.modelInfo, layout: { ...lane.modelInfo.layout, streams: 31 } },
    }));
    const deep = laneEntries([{ ...run, lanes }]).map((entry) => ({
      entry,
      cursor: null,
    }));
    const glance = heatmapLayout(deep, 'auto', room);
    expect(glance.height).toBeLessThanOrEqual(room.height);
    expect(glance.columnWidth).toBeLessThanOrEqual(24);
    const words = heatmapLayout(deep, 'wide', room);
    expect(words.rowHeight).toBeGreaterThanOrEqual(20);
    expect(heatmapLayout(deep, 'auto', { width: 520, height: 900 }).columnWidth).toBeGreaterThanOrEqual(52);
  });

  it('stacks lanes without overlap', () => {
    const layout = heatmapLayout(
      entries.map((entry) => ({ entry, cursor: null })),
      'auto',
      room,
    );
    layout.sections.slice(1).forEach((section, i) => {
      const before = layout.sections[i];
      expect(section.top).toBeGreaterThan((before?.top ?? 0) + (before?.streams ?? 0) * layout.rowHeight);
    });
  });

  it('keeps words where one lane’s layers fit, and has the lanes scroll', () => {
    const layout = heatmapLayout(
      entries.map((entry) => ({ entry, cursor: null })),
      'auto',
      { width: 520, height: 110 },
    );
    expect(layout.rowHeight).toBeGreaterThanOrEqual(20);
    expect(layout.columnWidth).toBeGreaterThanOrEqual(52);
    expect(layout.height).toBeGreaterThan(110);
  });
});

describe('numberStart', () => {
  it('cuts no number, wherever the picture is scrolled to', () => {
    const width = fc.integer({ min: 100, max: 2000 });
    fc.assert(
      fc.property(
        width,
        width,
        fc.nat(2000),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 6, max: 30 }),
        (picture, room, scrolled, column, number) => {
          const scrollLeft = Math.min(scrolled, Math.max(0, picture - room));
          const x = gutter + column * 9;
          fc.pre(x < picture - 9);
          const start = numberStart(x, number, { width: picture }, { scrollLeft, width: room });
          if (start === null) {
            const end = Math.min(x + number, picture);
            expect(x < scrollLeft + gutter + number || end > scrollLeft + room).toBe(true);
            return;
          }
          expect(start).toBeGreaterThanOrEqual(scrollLeft + gutter);
          expect(start + number).toBeLessThanOrEqual(Math.min(picture, scrollLeft + room));
        },
      ),
    );
  });

  it('moves the last one to the left where its column is narrower than it', () => {
    expect(numberStart(300, 20, { width: 310 }, { scrollLeft: 0, width: 400 })).toBe(290);
    expect(numberStart(200, 20, { width: 310 }, { scrollLeft: 0, width: 400 })).toBe(200);
    expect(numberStart(200, 20, { width: 310 }, { scrollLeft: 0, width: 210 })).toBeNull();
    expect(numberStart(200, 20, { width: 610 }, { scrollLeft: 190, width: 300 })).toBeNull();
  });
});

describe('cellAt', () => {
  it('finds the cell drawn at a point, last layer on top', () => {
    const layout = heatmapLayout(shown, 'auto', room);
    const inside = gutter + layout.columnWidth * 2.5;
    expect(cellAt(layout, inside, headHeight + 3)).toMatchObject({ step: 2, stream: 2 });
    expect(cellAt(layout, inside, headHeight + layout.rowHeight * 2.5)).toMatchObject({ step: 2, stream: 0 });
  });

  it('finds none beside the cells', () => {
    const layout = heatmapLayout(shown, 'auto', room);
    expect(cellAt(layout, 3, headHeight + 3)).toBeNull();
    expect(cellAt(layout, gutter + 5, 2)).toBeNull();
    expect(cellAt(layout, 10_000, headHeight + 3)).toBeNull();
  });
});
