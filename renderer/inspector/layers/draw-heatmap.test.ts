// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StepRecord } from '../../../main/contract/steps';
import { sampleTextRun } from '../../testing/sample-text-run';
import { laneEntries } from '../shared/lane-entries';
import { drawHeatmap } from './draw-heatmap';
import { gutter, heatmapLayout, sectionHead } from './heatmap-layout';
import { lensMeasures } from './lens-measure';

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

let filled: Rectangle[] = [];

beforeEach(() => {
  filled = [];
  const nothing = (): void => undefined;
  const fill = (x: number, y: number, width: number, height: number): number => filled.push({ x, y, width, height });
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({
    fillRect: fill,
    roundRect: fill,
    measureText: () => ({ width: 6 }),
    getImageData: () => ({ data: [0, 0, 0, 255] }),
    ...Object.fromEntries(['scale', 'translate', 'fillText', 'beginPath', 'fill', 'stroke'].map((name) => [name, nothing])),
  } as unknown as RenderingContext);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What is filled in the column of a step whose lowest layer is changed. */
function column(change: (step: StepRecord) => StepRecord): { readonly rowHeight: number; readonly lowest: readonly Rectangle[] } {
  const [entry] = laneEntries([sampleTextRun()]);
  const step = entry?.branch?.steps.at(0);
  if (entry?.branch == null || step === undefined) throw new Error('The sample run has a step');
  const changed = change(step);
  const steps = { ...entry.branch.steps, length: 1, at: (index: number) => (index === 0 ? changed : undefined) };
  const layout = heatmapLayout([{ entry: { ...entry, branch: { ...entry.branch, steps } }, cursor: null }], 'narrow', {
    width: 400,
    height: 200,
  });
  const view = { scrollLeft: 0, scrollTop: 0, width: 400, height: 200, lenses: 0, theme: 0 };
  drawHeatmap(document.createElement('canvas'), layout, lensMeasures[0], view, null);
  const { rowHeight } = layout;
  const bottom = sectionHead(1) + step.layers.length * rowHeight;
  return { rowHeight, lowest: filled.filter(({ x, y }) => x >= gutter && y >= bottom - rowHeight && y < bottom) };
}

const withLowest = (step: StepRecord, probability: number): StepRecord => ({
  ...step,
  layers: step.layers.map((layer, i) => (i === 0 ? { ...layer, probability } : layer)),
});

it('fills the cell of a probability of nothing', () => {
  const { rowHeight, lowest } = column((step) => withLowest(step, 0));
  expect(lowest).toHaveLength(1);
  expect(lowest[0]?.height).toBeGreaterThan(rowHeight / 2);
});

it('leaves the cell of a lens that has not been read empty but for a dash', () => {
  const { lowest } = column((step) => withLowest(step, NaN));
  expect(lowest).toHaveLength(1);
  expect(lowest[0]?.height).toBe(1);
});
