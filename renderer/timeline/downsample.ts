export interface ChartPoint {
  readonly x: number;
  /** Null where the quantity is not defined: the line breaks there. */
  readonly y: number | null;
}

const point = (x: number, value: number | undefined): ChartPoint => ({
  x,
  y: value !== undefined && Number.isFinite(value) ? value : null,
});

/**
 * Draws a long series with at most two points a bucket: its smallest and its largest value, in their own order, so no
 * spike is lost. Series that fit are returned whole. A bucket with no defined value gives one gap.
 * @param values one value per step; NaN where undefined
 * @param buckets columns of pixels there are
 * @param x place on the axis of a step
 */
export function downsample(values: Float32Array, buckets: number, x: (step: number) => number): ChartPoint[] {
  if (values.length <= 2 * buckets) return Array.from(values, (value, step) => point(x(step), value));
  const points: ChartPoint[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * values.length) / buckets);
    const end = Math.floor(((bucket + 1) * values.length) / buckets);
    let lowest = -1;
    let highest = -1;
    for (let step = start; step < end; step++) {
      const value = values[step];
      if (value === undefined || !Number.isFinite(value)) continue;
      if (lowest < 0 || value < (values[lowest] ?? Infinity)) lowest = step;
      if (highest < 0 || value > (values[highest] ?? -Infinity)) highest = step;
    }
    if (lowest < 0) points.push({ x: x(start), y: null });
    else
      for (const step of lowest === highest ? [lowest] : [Math.min(lowest, highest), Math.max(lowest, highest)])
        points.push(point(x(step), values[step]));
  }
  return points;
}
