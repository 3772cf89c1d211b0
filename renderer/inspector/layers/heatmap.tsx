import { type KeyboardEvent, type PointerEvent, type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../design/button';
import type { PanelProps } from '../../state/run-view';
import type { InspectorProps } from '../inspector-props';
import type { LaneEntry } from '../shared/lane-entries';
import { useSize } from '../shared/use-size';
import { useThemeRevision } from '../shared/use-theme-revision';
import { drawHeatmap } from './draw-heatmap';
import { cellAt, type ColumnChoice, gutter, type HeatmapCell, heatmapLayout, sectionHead, visibleSteps } from './heatmap-layout';
import styles from './layers.module.css';
import type { LensMeasure } from './lens-measure';
import { lensReadout, LensTooltip } from './lens-tooltip';
import type { LensesState } from './lens-reader';
import { useLenses } from './use-lenses';

/** Quick readings come first, then each once more over the whole vocabulary. Short, as it lies over the picture: the readout says which numbers are near. */
function progressOf({ missing, quick, wanted }: LensesState): string {
  const percent = (toCome: number): string => `${Math.floor(100 * (1 - toCome / wanted))} %`;
  return missing > 0 ? `Reading the lens, ${percent(missing)}` : `Reading the lens in full, ${percent(quick)} (≈)`;
}

export interface HeatmapProps {
  readonly entries: readonly LaneEntry[];
  readonly measure: LensMeasure;
  readonly columns: ColumnChoice;
  readonly panel: Pick<PanelProps, 'cursor' | 'stepUnderCursor' | 'moveCursor'>;
  readonly loadLens: InspectorProps['loadLens'];
  /** The element that is the picture. */
  readonly content: RefObject<HTMLDivElement | null>;
}

/** Layer × step for one or more lanes. The canvas is as large as the window it is seen through, whatever the number of steps. */
export function Heatmap({ entries, measure, columns, panel, loadLens, content }: HeatmapProps) {
  const { cursor, stepUnderCursor, moveCursor } = panel;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const theme = useThemeRevision();
  const [scroll, setScroll] = useState({ left: 0, top: 0 });
  /** The same, without asking the page, which would lay everything out. */
  const scrolledTo = useRef(0);
  const [focusKey, setFocusKey] = useState<{
    readonly key: string;
    readonly step: number;
    readonly stream: number;
    readonly by: 'pointer' | 'keys';
  } | null>(null);

  const layout = useMemo(
    () =>
      heatmapLayout(
        entries.map((entry) => ({ entry, cursor: stepUnderCursor(entry.run, entry.lane) })),
        columns,
        size,
      ),
    [entries, stepUnderCursor, columns, size],
  );
  const visible = visibleSteps(layout, { scrollLeft: scroll.left, width: size.width });
  const lenses = useLenses(loadLens, entries, visible.first, visible.last);
  const focusedSection = layout.sections.find((section) => section.entry.key === focusKey?.key);
  const focused = useMemo(
    (): HeatmapCell | null =>
      focusKey === null || focusedSection === undefined ? null : { section: focusedSection, step: focusKey.step, stream: focusKey.stream },
    [focusKey, focusedSection],
  );

  useLayoutEffect(() => {
    // In the frame that shows it: setting a canvas's font asks the page for its styles, which have just changed.
    const frame = requestAnimationFrame(() => {
      if (canvas.current === null || size.width === 0) return;
      drawHeatmap(
        canvas.current,
        layout,
        measure,
        { scrollLeft: scroll.left, scrollTop: scroll.top, ...size, theme, lenses: lenses.revision },
        focused,
      );
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [layout, measure, scroll, size, focused, theme, lenses.revision]);

  // The column under the cursor is brought into view when something else has moved it.
  const spoken =
    layout.sections.find((section) => section.entry.run.id === cursor?.run && section.entry.lane.lane === cursor.lane) ??
    layout.sections[0];
  const cursorStep = spoken?.cursor ?? null;
  const hovered = focusKey !== null && focusKey.by === 'pointer';
  useLayoutEffect(() => {
    const window = scroller.current;
    if (window === null || cursorStep === null || hovered) return undefined;
    const left = gutter + cursorStep * layout.columnWidth;
    if (left - gutter >= scrolledTo.current && left + layout.columnWidth <= scrolledTo.current + size.width) return undefined;
    // In the next frame: at once it would have the page lay out what has just changed, and then once more.
    const frame = requestAnimationFrame(() => {
      // The page tells of it a frame later, when columns may have become narrower.
      scrolledTo.current = Math.max(0, left - size.width / 2);
      window.scrollLeft = scrolledTo.current;
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [cursorStep, hovered, layout.columnWidth, size.width]);

  const cellUnder = (event: PointerEvent<HTMLDivElement>): HeatmapCell | null => {
    const box = event.currentTarget.getBoundingClientRect();
    return cellAt(layout, event.clientX - box.left + scroll.left, event.clientY - box.top + scroll.top);
  };
  const goTo = (cell: HeatmapCell, pin: boolean): void => {
    moveCursor(cell.section.entry.run.id, cell.section.entry.lane.lane, cell.step, pin);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const section = focusedSection ?? layout.sections[0];
    if (section === undefined || section.steps === 0) return;
    const step = section.cursor ?? 0;
    const stream = focused?.stream ?? section.streams - 1;
    const place = layout.sections.indexOf(section);
    const moves: Record<string, readonly [step: number, stream: number]> = {
      ArrowLeft: [step - 1, stream],
      ArrowRight: [step + 1, stream],
      Home: [0, stream],
      End: [section.steps - 1, stream],
      ArrowUp: [step, stream + 1],
      ArrowDown: [step, stream - 1],
      Enter: [step, stream],
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const neighbour = move[1] >= section.streams ? layout.sections[place - 1] : move[1] < 0 ? layout.sections[place + 1] : section;
    const to = neighbour ?? section;
    const toStream =
      neighbour === undefined || neighbour === section
        ? Math.min(section.streams - 1, Math.max(0, move[1]))
        : move[1] < 0
          ? to.streams - 1
          : 0;
    const toStep = Math.min(to.steps - 1, Math.max(0, move[0]));
    if (to.steps === 0) return;
    setFocusKey({ key: to.entry.key, step: toStep, stream: toStream, by: 'keys' });
    moveCursor(to.entry.run.id, to.entry.lane.lane, toStep, true);
  };

  const readout = focused === null ? null : lensReadout(focused);
  // All rows in sight at the focused step, of one lane or of several with their names, so that the tooltip covers none of them.
  const anchor = useMemo(
    () => ({
      getBoundingClientRect: () => {
        const window = scroller.current?.getBoundingClientRect();
        if (window === undefined || focused === null) return new DOMRect();
        const top = (layout.sections.length > 1 ? 0 : sectionHead(1)) - scroll.top;
        const bottom = Math.min(size.height, layout.height - scroll.top);
        const left = gutter + focused.step * layout.columnWidth - scroll.left;
        return new DOMRect(window.left + left, window.top + Math.max(0, top), layout.columnWidth, bottom - Math.max(0, top));
      },
    }),
    [focused, layout, scroll, size.height],
  );

  return (
    <div className={styles['window']}>
      <div
        ref={scroller}
        className={styles['scroller']}
        role="slider"
        aria-roledescription="heatmap"
        aria-label={`Lens ${measure.label} by layer and step. Left and right move the step, up and down the layer.`}
        aria-valuemin={1}
        aria-valuemax={Math.max(1, spoken?.steps ?? 1)}
        aria-valuenow={(cursorStep ?? 0) + 1}
        aria-valuetext={
          readout === null
            ? `Step ${(cursorStep ?? 0) + 1}`
            : `${readout.heading}: ${readout.top[0]?.token ?? ''} first. ${readout.target}: ${readout.facts}`
        }
        tabIndex={0}
        onScroll={(event) => {
          scrolledTo.current = event.currentTarget.scrollLeft;
          setScroll({ left: event.currentTarget.scrollLeft, top: event.currentTarget.scrollTop });
        }}
        onPointerMove={(event) => {
          const cell = cellUnder(event);
          setFocusKey(cell === null ? null : { key: cell.section.entry.key, step: cell.step, stream: cell.stream, by: 'pointer' });
          if (cell !== null && cursor?.pinned !== true) goTo(cell, false);
        }}
        onPointerLeave={() => {
          setFocusKey(null);
        }}
        onPointerDown={(event) => {
          const cell = cellUnder(event);
          if (cell !== null && event.button === 0) goTo(cell, true);
        }}
        onBlur={() => {
          setFocusKey(null);
        }}
        onKeyDown={onKeyDown}
      >
        <div style={{ width: Math.max(layout.width, size.width), height: Math.max(layout.height, size.height) }}>
          <div ref={content} className={styles['view']} style={{ width: size.width, height: size.height }}>
            <canvas ref={canvas} className={styles['canvas']} aria-hidden="true" />
          </div>
        </div>
      </div>
      {(lenses.missing > 0 || lenses.quick > 0 || lenses.problem !== null) && (
        <p className={styles['reading']} role="status">
          {lenses.problem === null ? (
            progressOf(lenses)
          ) : (
            <>
              <span>The lens was not read. {lenses.problem}</span>
              <Button onClick={lenses.retry}>Try again</Button>
            </>
          )}
        </p>
      )}
      {readout !== null && <LensTooltip readout={readout} anchor={anchor} />}
    </div>
  );
}
