// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { createRef } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sampleSeries } from '../../testing/sample-series';
import { sampleTextRun } from '../../testing/sample-text-run';
import { stubLayout } from '../../testing/stub-layout';
import { laneEntries } from '../shared/lane-entries';
import { Heatmap, type HeatmapProps } from './heatmap';
import { lensMeasures } from './lens-measure';

vi.mock('./draw-heatmap', () => ({ drawHeatmap: () => undefined }));

const width = 520;
const last = 29;
/** What has been asked for, by its handle. */
const frames = new Map<number, FrameRequestCallback>();
let handle = 0;

beforeEach(() => {
  frames.clear();
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => (frames.set(++handle, callback), handle));
  vi.stubGlobal('cancelAnimationFrame', (of: number) => frames.delete(of));
  stubLayout(width, 260);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** The page does not tell of scrolls in it. */
function nextFrame(): void {
  const asked = [...frames.values()];
  frames.clear();
  act(() => {
    for (const frame of asked) frame(0);
  });
}

function show(): { window: HTMLElement; choose: (columns: HeatmapProps['columns']) => void } {
  const run = sampleTextRun();
  const [lane] = run.lanes;
  if (lane === undefined) throw new Error('The sample run has a lane');
  const steps = sampleSeries(lane.modelInfo.vocabulary, last + 1);
  const entries = laneEntries([run]).map((entry) => ({ ...entry, branch: entry.branch && { ...entry.branch, steps } }));
  const panel = {
    cursor: { run: run.id, lane: lane.lane, step: last, pinned: false, alignment: 'step' as const },
    stepUnderCursor: () => last,
    moveCursor: vi.fn(),
  };
  const content = createRef<HTMLDivElement>();
  const never = async (): Promise<never> => new Promise(() => undefined);
  const loadLens = { full: never, quick: never };
  const shown = (columns: HeatmapProps['columns']): React.JSX.Element => (
    <Heatmap entries={entries} measure={lensMeasures[0]} columns={columns} panel={panel} loadLens={loadLens} content={content} />
  );
  const { rerender } = render(shown('wide'));
  const choose = (columns: HeatmapProps['columns']): void => {
    rerender(shown(columns));
  };
  return { window: screen.getByRole('slider'), choose };
}

it('brings the cursor’s column into view', () => {
  const { window } = show();
  expect(window.scrollLeft).toBe(0);
  nextFrame();
  expect(window.scrollLeft).toBeGreaterThan(1_500);
});

it('finds its cursor when columns become narrower before the page has told of the scroll', () => {
  const { window, choose } = show();
  nextFrame();
  choose('narrow');
  nextFrame();
  // All thirty columns fit: the last one is seen from the beginning.
  expect(window.scrollLeft).toBeLessThan(width);
});

it('leaves a column where it is while it is in view', () => {
  const { window, choose } = show();
  nextFrame();
  const there = window.scrollLeft;
  fireEvent.scroll(window);
  choose('wide');
  nextFrame();
  expect(window.scrollLeft).toBe(there);
});
