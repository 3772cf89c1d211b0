import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { classNames } from '../design/class-names';
import { formatNumber } from '../design/format';
import { PanelSave } from '../design/panel-save';
import { cursorEntry, laneEntries, type LaneEntry } from '../inspector/shared/lane-entries';
import { usePanelFiles } from '../inspector/shared/use-panel-files';
import { useSize } from '../inspector/shared/use-size';
import { useThrottled } from '../inspector/shared/use-throttled';
import type { PanelProps } from '../state/run-view';
import { type TimelineMeasureId, timelineMeasures } from './measures';
import { plotMargin, TimelineChart } from './timeline-chart';
import { type CursorValue, TimelineCursor } from './timeline-cursor';
import { TimelineLegend } from './timeline-legend';
import styles from './timeline.module.css';
import { type AxisKind, axisKind, laneAxis, timelineData } from './timeline-series';
import { timelineTable } from './timeline-table';

/** Redraws of the lines while a run streams: at most ten a second, two when the lines are long. The cursor is not held back. */
const redrawMilliseconds = 100;
const longRedrawMilliseconds = 500;
const longSteps = 200;

/** Behind a number on the axis: percent of a branch, characters of the text it wrote. */
const axisUnits: Readonly<Record<AxisKind, string>> = { step: '', share: ' %', text: ' ch' };

interface UnderCursor extends CursorValue {
  readonly entry: LaneEntry;
  readonly step: number;
}

/** A line per lane over the steps, under the shared cursor: hover moves it, click pins it, arrow keys step. */
export function Timeline({ runs, cursor, stepUnderCursor, moveCursor }: PanelProps) {
  const [measureId, setMeasureId] = useState<TimelineMeasureId>('entropy');
  const measure = timelineMeasures.find((candidate) => candidate.id === measureId) ?? timelineMeasures[0];
  const plot = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(plot);

  const entries = useMemo(() => laneEntries(runs), [runs]);
  const axis = axisKind(cursor?.alignment ?? 'step', entries);
  const steps = entries.reduce((sum, entry) => sum + (entry.branch?.steps.length ?? 0), 0);
  const drawn = useThrottled(entries, steps > longSteps ? longRedrawMilliseconds : redrawMilliseconds);
  const plotWidth = width - plotMargin.left - plotMargin.right;
  const data = useMemo(() => timelineData(drawn, measure, axis, plotWidth), [drawn, measure, axis, plotWidth]);
  const table = useMemo(() => () => timelineTable(laneEntries(runs)), [runs]);
  const files = usePanelFiles(`timeline-${measure.id}`, `${measure.title} per step, ${measure.unit}`, picture, table);

  const under = entries.flatMap((entry): UnderCursor[] => {
    const step = stepUnderCursor(entry.run, entry.lane);
    if (step === null || entry.branch === null) return [];
    const length = entry.branch.steps.length;
    return step < length
      ? [
          {
            entry,
            key: entry.key,
            step,
            x: laneAxis(axis, entry).place(step),
            value: entry.branch.steps.column(measure.column)[step] ?? NaN,
          },
        ]
      : [];
  });
  const steered = cursorEntry(entries, cursor);
  const own = under.find((lane) => lane.entry === steered) ?? under[0];
  const length = steered?.branch?.steps.length ?? 0;
  const longest = entries.toSorted((a, b) => (b.branch?.steps.length ?? 0) - (a.branch?.steps.length ?? 0))[0];
  const empty = (longest?.branch?.steps.length ?? 0) === 0;
  const place = cursor === null ? null : (own?.x ?? null);
  const reading = under
    .map(
      (lane) =>
        `${lane.entry.title} ${Number.isFinite(lane.value) ? `${formatNumber(lane.value, measure.decimals)} ${measure.unit}` : 'none'}`,
    )
    .join(', ');

  /** Moves along the cursor's lane while it has a step there, else along the longest. */
  const goTo = (place: number, pin: boolean): void => {
    const onOwn = steered === undefined ? null : laneAxis(axis, steered).stepAt(place);
    if (steered !== undefined && onOwn !== null) moveCursor(steered.run.id, steered.lane.lane, onOwn, pin);
    else if (longest !== undefined) {
      const step = laneAxis(axis, longest).stepAt(place);
      if (step !== null) moveCursor(longest.run.id, longest.lane.lane, step, pin);
    }
  };
  const axisAt = (event: PointerEvent<HTMLDivElement>): number => {
    const [left, right] = data.xDomain;
    const share = (event.clientX - event.currentTarget.getBoundingClientRect().left - plotMargin.left) / Math.max(1, plotWidth);
    return Math.min(right, Math.max(left, left + share * (right - left)));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (steered === undefined || length === 0) return;
    const current = own?.entry === steered ? own.step : 0;
    const next = {
      ArrowLeft: current - 1,
      ArrowRight: current + 1,
      PageUp: current - 10,
      PageDown: current + 10,
      Home: 0,
      End: length - 1,
      Enter: current,
      ' ': current,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moveCursor(steered.run.id, steered.lane.lane, Math.min(length - 1, Math.max(0, next)), true);
  };

  return (
    <section className={styles['timeline']} aria-label="Timeline">
      <div className={styles['measures']} role="radiogroup" aria-label="Quantity drawn">
        {timelineMeasures.map((candidate) => (
          <label key={candidate.id} className={styles['measure']} title={candidate.description}>
            <input
              type="radio"
              name="timeline-measure"
              className="visually-hidden"
              checked={candidate.id === measure.id}
              onChange={() => {
                setMeasureId(candidate.id);
              }}
            />
            <span className={styles['measureTitle']}>{candidate.title}</span>
            {candidate.id === measure.id && <span className={styles['unit']}>{candidate.unit}</span>}
          </label>
        ))}
      </div>
      <div ref={picture} className={styles['picture']}>
        <div
          ref={plot}
          className={classNames(styles['plot'], empty && styles['inert'])}
          role="slider"
          tabIndex={empty ? -1 : 0}
          aria-label={`${measure.title} per step, ${measure.unit}`}
          aria-valuemin={1}
          aria-valuemax={Math.max(1, length)}
          aria-valuenow={(own?.step ?? 0) + 1}
          aria-valuetext={own === undefined ? 'No step under the cursor' : `Step ${own.step + 1} of ${length}: ${reading}`}
          onPointerMove={(event) => {
            if (!empty && cursor?.pinned !== true) goTo(axisAt(event), false);
          }}
          onPointerDown={(event) => {
            if (!empty && event.button === 0) goTo(axisAt(event), true);
          }}
          onKeyDown={onKeyDown}
        >
          {empty ? (
            <p className={styles['hint']}>
              {runs.some((run) => run.outcome === null)
                ? 'Waiting for the first step…'
                : 'Run a prompt to see each lane’s entropy, surprisal, norm and drift, step by step.'}
            </p>
          ) : (
            width > 0 && (
              <>
                <TimelineChart data={data} width={width} height={height} unit={axisUnits[axis]} />
                <div className={styles['overlay']}>
                  <TimelineCursor
                    data={data}
                    width={width}
                    height={height}
                    place={place}
                    label={axis === 'step' ? String((own?.step ?? 0) + 1) : `${Math.round(place ?? 0)}${axisUnits[axis]}`}
                    unit={axisUnits[axis]}
                    pinned={cursor?.pinned ?? false}
                    values={under}
                  />
                </div>
              </>
            )
          )}
        </div>
        {!empty && (
          <TimelineLegend
            series={data.series}
            values={under.map(({ key, value }) => ({ key, value, present: true }))}
            decimals={measure.decimals}
            suffix={measure.suffix}
          />
        )}
      </div>
      {!empty && (
        <div className={styles['save']}>
          <PanelSave title={`Timeline, ${measure.title.toLowerCase()}`} files={files} />
        </div>
      )}
    </section>
  );
}
