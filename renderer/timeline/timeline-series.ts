import { type LaneEntry } from '../inspector/shared/lane-entries';
import { lineDash } from '../inspector/shared/lane-marker';
import { niceTicks } from '../inspector/shared/nice-ticks';
import type { Alignment } from '../state/run-view';
import { sameTokens } from '../state/same-tokens';
import { textIndex } from '../state/step-text';
import { stepAtColumn } from '../state/text-columns';
import { type ChartPoint, downsample } from './downsample';
import type { TimelineMeasure } from './measures';

/** Columns of pixels that share one smallest and one largest value. */
const pixelsPerBucket = 4;

/** One lane's line. */
export interface TimelineSeries {
  readonly key: string;
  readonly lane: number;
  readonly hue: string;
  readonly dash: string | undefined;
  readonly title: string;
  readonly points: readonly ChartPoint[];
  /** Steps of the branch shown. */
  readonly length: number;
  /** The last place of the branch on the axis. */
  readonly end: number;
}

export interface TimelineData {
  readonly series: readonly TimelineSeries[];
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
}

/** What the axis counts: steps, the share of each branch, or, where models cut text differently, the characters written. */
export type AxisKind = 'step' | 'share' | 'text';

export function axisKind(alignment: Alignment, entries: readonly LaneEntry[]): AxisKind {
  if (alignment === 'share') return 'share';
  return sameTokens(entries.map(({ lane }) => lane)) ? 'step' : 'text';
}

/** Where one lane's steps stand on the axis. */
export interface LaneAxis {
  /** The last place. */
  readonly end: number;
  place(step: number): number;
  /** The step that stands at or nearest to a place, or null where the branch has none. */
  stepAt(place: number): number | null;
}

export function laneAxis(kind: AxisKind, { lane, branch }: LaneEntry): LaneAxis {
  const length = branch?.steps.length ?? 0;
  if (kind !== 'text' || branch === null) {
    return { end: length, place: (step) => axisPlace(kind, step, length), stepAt: (place) => stepAt(kind, place, length) };
  }
  const { starts } = textIndex(lane, branch.steps);
  return {
    end: starts.at(-1) ?? 0,
    place: (step) => (starts[step] ?? 0) + 1,
    stepAt: (place) => stepAtColumn(starts, Math.round(place) - 1),
  };
}

/** Where a step stands on the axis: its number from 1, or, aligned by share, its place in percent. */
export function axisPlace(alignment: AxisKind, step: number, length: number): number {
  return alignment === 'share' ? (length > 1 ? (100 * step) / (length - 1) : 0) : step + 1;
}

/** The step that stands at or nearest to a place on the axis, or null where the branch has none. */
export function stepAt(alignment: AxisKind, place: number, length: number): number | null {
  if (length === 0) return null;
  const step = Math.round(alignment === 'share' ? (place / 100) * (length - 1) : place - 1);
  if (alignment !== 'share' && step > length - 1) return null;
  return Math.min(length - 1, Math.max(0, step));
}

/**
 * The lines of all lanes for one measure, thinned to the pixels there are, and round axes about them.
 * @param width of the plot in pixels
 */
export function timelineData(entries: readonly LaneEntry[], measure: TimelineMeasure, kind: AxisKind, width: number): TimelineData {
  const series = entries.map((entry): TimelineSeries => {
    const length = entry.branch?.steps.length ?? 0;
    const values = entry.branch?.steps.column(measure.column) ?? new Float32Array();
    const axis = laneAxis(kind, entry);
    const points = downsample(values, Math.max(50, Math.floor(width / pixelsPerBucket)), (step) => axis.place(step));
    return {
      key: entry.key,
      lane: entry.lane.lane,
      hue: entry.style.hue,
      dash: lineDash(entry.row, entry.style.dash),
      title: entry.title,
      points,
      length,
      end: axis.end,
    };
  });
  let low = measure.floor ?? Infinity;
  let high = -Infinity;
  for (const { points } of series) {
    for (const { y } of points) {
      if (y === null) continue;
      low = Math.min(low, y);
      high = Math.max(high, y);
    }
  }
  if (!Number.isFinite(high)) [low, high] = [0, 1];
  const yTicks = niceTicks(low, Math.max(high, low + 1e-3), 3);
  const longest = Math.max(2, ...series.map(({ end }) => end));
  const xTicks =
    kind === 'share'
      ? [0, 25, 50, 75, 100]
      : niceTicks(1, longest, Math.max(2, Math.floor(width / 90)), true).filter((tick) => tick >= 1 && tick <= longest);
  return {
    series,
    xTicks: kind !== 'share' && xTicks[0] !== 1 ? [1, ...xTicks] : xTicks,
    yTicks,
    xDomain: kind === 'share' ? [0, 100] : [1, longest],
    yDomain: [yTicks[0] ?? 0, yTicks.at(-1) ?? 1],
  };
}
