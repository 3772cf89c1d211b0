import { memo } from 'react';
import { CartesianGrid, Line, LineChart, XAxis, YAxis } from 'recharts';
import { markerPath } from '../inspector/shared/lane-marker';
import type { TimelineData } from './timeline-series';

/** Room about the plot, in pixels. The overlay with the cursor relies on it. */
export const plotMargin = { left: 44, right: 20, top: 10, bottom: 22 } as const;

/** Points up to which each is drawn as a marker. */
const markersUpTo = 48;

export interface TimelineChartProps {
  readonly data: TimelineData;
  readonly width: number;
  readonly height: number;
  /** Behind each number on the axis. */
  readonly unit: string;
}

interface DotPlace {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
  readonly index?: number | undefined;
}

const tickStyle = { fill: 'var(--dim)', fontSize: 11, fontFamily: 'var(--font-data)' } as const;

/** The lines and axes. Knows nothing of the cursor, so that moving it redraws none of this. */
export const TimelineChart = memo(function TimelineChart({ data, width, height, unit }: TimelineChartProps) {
  return (
    <LineChart
      width={width}
      height={height}
      margin={{ top: plotMargin.top, right: plotMargin.right, bottom: 0, left: 0 }}
      accessibilityLayer={false}
    >
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        type="number"
        dataKey="x"
        domain={[...data.xDomain]}
        ticks={[...data.xTicks]}
        height={plotMargin.bottom}
        tick={tickStyle}
        tickLine={false}
        tickMargin={4}
        axisLine={false}
        interval="preserveStart"
        tickFormatter={(value: number) => `${value}${unit}`}
      />
      <YAxis
        type="number"
        domain={[...data.yDomain]}
        ticks={[...data.yTicks]}
        width={plotMargin.left}
        tick={tickStyle}
        tickLine={false}
        tickMargin={6}
        axisLine={false}
        interval={0}
      />
      {data.series.map((series) => (
        <Line
          key={series.key}
          data={[...series.points]}
          dataKey="y"
          name={series.title}
          type="linear"
          stroke={series.hue}
          strokeWidth={series.points.length > 400 ? 1.1 : 1.7}
          {...(series.dash === undefined ? {} : { strokeDasharray: series.dash })}
          isAnimationActive={false}
          activeDot={false}
          connectNulls={false}
          dot={
            series.points.length > markersUpTo
              ? false
              : ({ cx, cy, index }: DotPlace) =>
                  cx === undefined || cy === undefined || !Number.isFinite(cy) ? (
                    <g key={index} />
                  ) : (
                    <path
                      key={index}
                      d={markerPath(series.lane, 3)}
                      transform={`translate(${cx} ${cy})`}
                      fill={series.hue}
                      stroke="var(--paper)"
                      strokeWidth={1.2}
                      strokeDasharray="none"
                    />
                  )
          }
        />
      ))}
    </LineChart>
  );
});
