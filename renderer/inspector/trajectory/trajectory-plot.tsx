import { memo, useMemo } from 'react';
import type { Trajectory } from '../../../main/contract/protocol';
import { canvasToken } from '../../design/token-pieces';
import type { PanelProps } from '../../state/run-view';
import type { LaneEntry } from '../shared/lane-entries';
import { lineDash, markerPath } from '../shared/lane-marker';
import { niceTicks } from '../shared/nice-ticks';
import type { Size } from '../shared/use-size';
import { captionOf } from './caption';
import { type CaptionRequest, placeCaptions } from './place-captions';
import styles from './trajectory.module.css';
import { type KeptPoint, placedPoints, type PlotPoint, plotScale, thinPath } from './plot-geometry';

export interface TrajectoryPlotProps {
  readonly trajectory: Trajectory;
  readonly entries: readonly LaneEntry[];
  readonly size: Size;
  readonly shuffled: boolean;
  /** Step under the cursor of each lane, by entry key; null where it has none. */
  readonly steps: ReadonlyMap<string, number | null>;
  readonly moveCursor: PanelProps['moveCursor'];
}

const captionHeight = 14;
const scaleBarHeight = 22;
const characterWidth = 6.7;
const margin = { x: 46, y: 18 } as const;
/** Points of a path up to which each is drawn. */
const dotsUpTo = 120;
/** Steps before the cursor that stay solid on a path with more points than that. */
const tailOfLongPath = 48;
/** Steps before the cursor that stay solid on a path with more points than `solidUpTo`. */
const tailOfPath = 8;
const solidUpTo = 24;
/** Captions tried along a path with more points than that. */
const captionsOfLongPath = 12;

interface DrawnPath {
  readonly entry: LaneEntry;
  readonly branch: number;
  readonly shown: boolean;
  readonly points: readonly PlotPoint[];
  /** The points that make the line: all but those closer than can be seen. */
  readonly line: readonly KeptPoint[];
  readonly shuffled: readonly PlotPoint[];
}

/** The word at a step of the branch shown. */
function captionAt({ entry }: DrawnPath, step: number): string {
  const record = entry.branch?.steps.at(step);
  return record === undefined ? '' : captionOf(entry.lane, record);
}

const line = (points: readonly PlotPoint[]): string =>
  points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

/** Points every few pixels along a path: captions had better not cover its lines either. */
function alongPath(points: readonly PlotPoint[]): PlotPoint[] {
  return points.flatMap((to, i) => {
    const from = points[i - 1] ?? to;
    const pieces = Math.max(1, Math.round(Math.hypot(to.x - from.x, to.y - from.y) / 6));
    return Array.from({ length: pieces }, (_, k) => ({
      x: to.x + ((from.x - to.x) * k) / pieces,
      y: to.y + ((from.y - to.y) * k) / pieces,
    }));
  });
}

/** Steps of a path whose captions are tried: of a path of tens of thousands only those are looked at. */
function captioned(path: DrawnPath, step: number | null): number[] {
  const { length } = path.points;
  const tail = tailStart(path, step);
  const [first, end] = tail > 0 && step !== null ? [tail, Math.min(length, step + 1)] : [0, length];
  const stride = length > dotsUpTo ? Math.ceil(length / captionsOfLongPath) : 1;
  const tried: number[] = [];
  for (let i = Math.ceil(first / stride) * stride; i < end; i += stride) tried.push(i);
  return step === null || step < first || step >= end || tried.includes(step) ? tried : [...tried, step];
}

/** A caption for the point under the cursor first, then for the ends, then for the rest; the same word once per lane in a row. */
function captionsOf(paths: readonly DrawnPath[], steps: TrajectoryPlotProps['steps']): CaptionRequest[] {
  return paths.flatMap((path, place) =>
    path.shown
      ? captioned(path, steps.get(path.entry.key) ?? null).flatMap((i): CaptionRequest[] => {
          const { x, y } = path.points[i] ?? { x: NaN, y: NaN };
          const caption = captionAt(path, i);
          const text = canvasToken(caption);
          const current = i === steps.get(path.entry.key);
          if (text === '' || (!current && i > 0 && captionAt(path, i - 1) === caption)) return [];
          const priority = (current ? 100 : i === path.points.length - 1 || i === 0 ? 10 : 1) - place / 100;
          return [{ text, x, y, width: text.length * characterWidth + 2, height: captionHeight, priority }];
        })
      : [],
  );
}

/** The first step drawn solid: all up to the cursor where they can be told apart, else the last before it. */
const tailStart = (path: DrawnPath, step: number | null): number =>
  step === null || path.points.length <= solidUpTo ? 0 : Math.max(0, step + 1 - tailOfPath);

const isLong = (path: DrawnPath): boolean => path.points.length > dotsUpTo;

/** What does not change with the cursor, in a layer of its own: thousands of lines are painted once, not at every step. */
const StillPaths = memo(function StillPaths({ paths, size }: { readonly paths: readonly DrawnPath[]; readonly size: Size }) {
  return (
    <svg width={size.width} height={size.height} className={styles['still']} aria-hidden="true">
      {paths
        .filter((path) => !path.shown || isLong(path))
        .map((path) => (
          <path
            key={`${path.entry.key}/${path.branch}`}
            d={line(path.line)}
            fill="none"
            stroke={path.entry.style.hue}
            strokeOpacity={path.shown ? 0.5 : 0.28}
            strokeWidth={1}
          />
        ))}
    </svg>
  );
});

/**
 * Paths of all lanes in one frozen basis, equal scales; solid up to the cursor, pale after it. Of a long path only the last steps before
 * the cursor are solid.
 */
export function TrajectoryPlot({ trajectory, entries, size, shuffled, steps, moveCursor }: TrajectoryPlotProps) {
  const scale = useMemo(() => plotScale(trajectory, shuffled, size, margin), [trajectory, shuffled, size]);
  const paths = useMemo(
    () =>
      trajectory.paths
        .flatMap((path): DrawnPath[] => {
          const entry = entries.find((candidate) => candidate.run.id === path.run && candidate.lane.lane === path.lane);
          if (entry === undefined) return [];
          const shown = path.branch === entry.lane.shown;
          const points = placedPoints(path.points, trajectory.components, scale);
          return [
            {
              entry,
              branch: path.branch,
              shown,
              points,
              line: thinPath(points, 1.5),
              shuffled: shuffled ? placedPoints(path.shuffled, trajectory.components, scale) : [],
            },
          ];
        })
        .toSorted((a, b) => Number(a.shown) - Number(b.shown)),
    [trajectory, entries, scale, shuffled],
  );
  const captions = useMemo(() => {
    const requests = captionsOf(paths, steps).slice(0, 400);
    const dots = paths.flatMap((path) => (path.shown && path.points.length <= dotsUpTo ? alongPath(path.points) : []));
    const bounds = { left: 2, top: 2, right: size.width - 2, bottom: size.height - scaleBarHeight };
    return placeCaptions(requests, bounds, dots).flatMap(({ request, left, top }) => {
      const asked = requests[request];
      return asked === undefined ? [] : [{ ...asked, left, top, strong: asked.priority > 50 }];
    });
  }, [paths, size, steps]);
  const grid = niceTicks(0, size.width / 4 / scale.unit, 1)[1] ?? 1;
  const origin = scale.place(0, 0);
  return (
    <>
      <StillPaths paths={paths} size={size} />
      <svg
        className={styles['moving']}
        width={size.width}
        height={size.height}
        role="img"
        aria-label={`Paths of ${paths.filter((path) => path.shown).length} lanes over two principal components`}
      >
        <line x1={0} x2={size.width} y1={origin.y} y2={origin.y} stroke="var(--line)" />
        <line x1={origin.x} x2={origin.x} y1={0} y2={size.height} stroke="var(--line)" />
        <g fill="var(--faint)" fontSize={11} fontFamily="var(--font-data)">
          <text x={2} y={Math.max(12, Math.min(size.height - 6, origin.y) - 4)}>
            PC1 →
          </text>
          <text x={Math.max(4, Math.min(size.width - 44, origin.x) + 5)} y={12}>
            PC2 ↑
          </text>
        </g>
        <g transform={`translate(${size.width - 10 - grid * scale.unit} ${size.height - 8})`}>
          <path d={`M0 -4V0H${(grid * scale.unit).toFixed(1)}V-4`} fill="none" stroke="var(--faint)" />
          <text x={(grid * scale.unit) / 2} y={-5} textAnchor="middle" fill="var(--faint)" fontSize={11} fontFamily="var(--font-data)">
            {grid}
          </text>
        </g>
        {shuffled &&
          paths
            .filter((path) => path.shown)
            .map((path) => (
              <g key={`${path.entry.key}/${path.branch} shuffled`} opacity={0.75}>
                <path d={line(thinPath(path.shuffled, 1.5))} fill="none" stroke="var(--faint)" strokeDasharray="1.5 3" />
                {path.shuffled.length <= dotsUpTo &&
                  path.shuffled.map(({ x, y }, i) => (
                    <path
                      key={i}
                      d={markerPath(path.entry.lane.lane, 2.6)}
                      transform={`translate(${x} ${y})`}
                      fill="var(--panel)"
                      stroke="var(--faint)"
                    />
                  ))}
              </g>
            ))}
        {paths.map((path) => {
          const { entry, points } = path;
          const step = steps.get(entry.key) ?? null;
          const current = step === null ? undefined : points[step];
          const { hue } = entry.style;
          const key = `${entry.key}/${path.branch}`;
          const dash = lineDash(entry.row, entry.style.dash);
          if (!path.shown) return null;
          const reached = step === null ? points.length : step + 1;
          const tail = tailStart(path, step);
          if (isLong(path)) {
            const lastSteps = step === null ? [] : points.slice(Math.max(0, step - tailOfLongPath), reached);
            return (
              <g key={key}>
                <path d={line(lastSteps)} fill="none" stroke={hue} strokeWidth={2} strokeDasharray={dash} />
                {current !== undefined && (
                  <path
                    d={markerPath(entry.lane.lane, 5.5)}
                    transform={`translate(${current.x} ${current.y})`}
                    fill={hue}
                    stroke="var(--cursor)"
                    strokeWidth={1.8}
                  />
                )}
              </g>
            );
          }
          return (
            <g key={key}>
              <path
                d={line(
                  tail > 0
                    ? path.line
                    : [...(current === undefined ? [] : [current]), ...path.line.filter((point) => point.step >= reached)],
                )}
                fill="none"
                stroke={hue}
                strokeOpacity={tail > 0 ? 0.22 : 0.35}
                strokeWidth={tail > 0 ? 1 : 1.6}
                strokeDasharray={dash}
              />
              <path
                d={line([
                  ...path.line.filter((point) => point.step < reached && point.step >= tail),
                  ...(current === undefined ? [] : [current]),
                ])}
                fill="none"
                stroke={hue}
                strokeWidth={2}
                strokeDasharray={dash}
              />
              {points.map(({ x, y }, i) => {
                const here = i === step;
                const pale = tail > 0 && (i < tail || i >= reached);
                return (
                  <path
                    key={i}
                    d={markerPath(entry.lane.lane, here ? 5.5 : pale ? 2.2 : 3.2)}
                    opacity={pale ? 0.35 : 1}
                    transform={`translate(${x} ${y})`}
                    fill={i < reached ? hue : 'var(--panel)'}
                    stroke={here ? 'var(--cursor)' : i < reached ? 'var(--panel)' : hue}
                    strokeWidth={here ? 1.8 : 1.2}
                    onPointerDown={() => {
                      moveCursor(entry.run.id, entry.lane.lane, i, true);
                    }}
                  >
                    <title>{`${entry.title}, step ${i + 1}: ${captionAt(path, i)}`}</title>
                  </path>
                );
              })}
            </g>
          );
        })}
        {captions.map((caption, i) => (
          <text
            key={i}
            x={caption.left + 1}
            y={caption.top + captionHeight - 3}
            fill={caption.strong ? 'var(--ink)' : 'var(--dim)'}
            fontSize={11}
            fontWeight={caption.strong ? 700 : 450}
            fontFamily="var(--font-data)"
            stroke="var(--panel)"
            strokeWidth={3}
            strokeLinejoin="round"
            paintOrder="stroke"
          >
            {caption.text}
          </text>
        ))}
      </svg>
    </>
  );
}
