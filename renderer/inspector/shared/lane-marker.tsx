/** Shapes that tell lanes apart without colour, by the lane's place in its run. */
const shapes: readonly ((r: number) => string)[] = [
  (r) => `M${-r} 0a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`,
  (r) => `M${-r * 0.88} ${-r * 0.88}h${r * 1.76}v${r * 1.76}h${-r * 1.76}Z`,
  (r) => `M0 ${-r * 1.15}L${r * 1.1} ${r * 0.8}H${-r * 1.1}Z`,
  (r) => `M0 ${-r * 1.25}L${r * 1.25} 0L0 ${r * 1.25}L${-r * 1.25} 0Z`,
  (r) => `M0 ${r * 1.15}L${r * 1.1} ${-r * 0.8}H${-r * 1.1}Z`,
  (r) =>
    `M${-r * 1.2} ${-r * 0.45}h${r * 0.75}v${-r * 0.75}h${r * 0.9}v${r * 0.75}h${r * 0.75}v${r * 0.9}h${-r * 0.75}v${r * 0.75}h${-r * 0.9}v${-r * 0.75}h${-r * 0.75}Z`,
];

/** Path data of a lane's marker about the origin; `radius` in pixels. */
export function markerPath(lane: number, radius: number): string {
  const shape = shapes[lane % shapes.length];
  return shape === undefined ? '' : shape(radius);
}

export interface LaneMarkerProps {
  readonly lane: number;
  readonly hue: string;
  readonly dash?: string | undefined;
}

/** A lane's line and marker as they stand in a legend. */
export function LaneMarker({ lane, hue, dash }: LaneMarkerProps) {
  return (
    <svg width="22" height="12" viewBox="-11 -6 22 12" aria-hidden="true" focusable="false">
      <line x1="-11" x2="11" y1="0" y2="0" stroke={hue} strokeWidth="1.6" strokeDasharray={dash} />
      <path d={markerPath(lane, 3.6)} fill={hue} />
    </svg>
  );
}

const rowDashes = [undefined, '7 4', '3 3', '9 3 2 3'] as const;

/** Dash of a lane's line: lower rows are dashed, row by row; in the top row lanes of one kind differ by their own dash. */
export function lineDash(row: number, laneDash: string | undefined): string | undefined {
  return row === 0 ? laneDash : rowDashes[row % rowDashes.length];
}
