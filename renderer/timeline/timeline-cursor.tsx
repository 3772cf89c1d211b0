import { markerPath } from '../inspector/shared/lane-marker';
import { plotMargin } from './timeline-chart';
import type { TimelineData } from './timeline-series';

/** What one lane has under the cursor. */
export interface CursorValue {
  readonly key: string;
  /** Place on the axis of the lane's own step. */
  readonly x: number;
  /** NaN where the measure is not defined. */
  readonly value: number;
}

export interface TimelineCursorProps {
  readonly data: TimelineData;
  readonly width: number;
  readonly height: number;
  /** Place of the cursor on the axis, or null. */
  readonly place: number | null;
  readonly label: string;
  /** Behind each number on the axis. */
  readonly unit: string;
  readonly pinned: boolean;
  readonly values: readonly CursorValue[];
}

/** Room that a text of the axis takes, and what is to be left between two, in pixels. */
const textWidth = (text: string): number => text.length * 7;
const gap = 4;

/** Drawn over the chart: the cursor's line, its step on the axis, and each lane's point under it. */
export function TimelineCursor({ data, width, height, place, label, unit, pinned, values }: TimelineCursorProps) {
  const plotWidth = width - plotMargin.left - plotMargin.right;
  const plotHeight = height - plotMargin.top - plotMargin.bottom;
  const [left, right] = data.xDomain;
  const [bottom, top] = data.yDomain;
  const x = (value: number): number => plotMargin.left + ((value - left) / (right - left)) * plotWidth;
  const y = (value: number): number => plotMargin.top + (1 - (value - bottom) / (top - bottom)) * plotHeight;
  if (place === null || plotWidth <= 0 || plotHeight <= 0) return null;
  const line = x(place);
  const labelWidth = textWidth(label) + 10;
  const base = height - plotMargin.bottom;
  /** Numbers on the axis that the label would cut or touch: they make room for it as a whole. */
  const covered = data.xTicks
    .map((tick) => ({ tick, middle: x(tick), room: textWidth(`${tick}${unit}`) }))
    .filter(({ middle, room }) => Math.abs(middle - line) < (labelWidth + room) / 2 + gap);
  return (
    <svg width={width} height={height} aria-hidden="true" focusable="false">
      <line
        x1={line}
        x2={line}
        y1={plotMargin.top - 4}
        y2={base + 3}
        stroke="var(--cursor)"
        strokeWidth={pinned ? 1.6 : 1}
        strokeDasharray={pinned ? undefined : '3 2'}
      />
      {covered.map(({ tick, middle, room }) => (
        <rect key={tick} x={middle - room / 2} y={base + 3} width={room} height={16} fill="var(--paper)" />
      ))}
      <rect
        x={line - labelWidth / 2}
        y={base + 3}
        width={labelWidth}
        height={16}
        rx={3}
        fill={pinned ? 'var(--cursor)' : 'var(--paper)'}
        stroke="var(--cursor)"
      />
      <text
        x={line}
        y={base + 15}
        textAnchor="middle"
        fill={pinned ? 'var(--paper)' : 'var(--ink)'}
        fontFamily="var(--font-data)"
        fontSize={11}
        fontWeight={700}
      >
        {label}
      </text>
      {data.series.map((series) => {
        const own = values.find((value) => value.key === series.key);
        if (own === undefined || !Number.isFinite(own.value)) return null;
        return (
          <path
            key={series.key}
            d={markerPath(series.lane, 4.8)}
            transform={`translate(${x(own.x)} ${y(own.value)})`}
            fill={series.hue}
            stroke="var(--paper)"
            strokeWidth={1.6}
          />
        );
      })}
    </svg>
  );
}
