import { memo, type PointerEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { fontFamily } from '../../inspector/shared/canvas-text';
import { useSize } from '../../inspector/shared/use-size';
import type { LaneView, RunView, StepSeries } from '../../state/run-view';
import { useServices } from '../../state/services';
import { useStepUnderCursor } from '../use-cursor';
import { Cell, Word } from './cell';
import { cellContent, readsSubWords } from './cell-content';
import { paintLines } from './paint-lines';
import { linesInView, placesFor, scrollToLine } from './line-window';
import { cellGap, CellWidths, cellWidth, denseCellGap, LinePacker, wordWidth } from './pack-cells';
import styles from './strip.module.css';
import { textFlow } from './text-flow';
import { useFlight } from './use-flight';

export interface StripProps {
  readonly run: RunView;
  readonly lane: LaneView;
  readonly steps: StepSeries;
  readonly title: string;
  /** `cells` with gloss and bits, or `text` to read. */
  readonly mode: 'cells' | 'text';
}

/** How a strip is laid out: what it shows, and whether its steps are whole words or pieces of words. */
type Layout = 'cells' | 'text' | 'denseCells' | 'flow';

const lineHeight: Record<Layout, number> = { cells: 57, text: 26, denseCells: 41, flow: 23 };
/** Where a token's text stands in its cell, in pixels, and its face: what the style sheet says, for a canvas. */
const textPlaces: Record<Layout, { readonly x: number; readonly y: number; readonly font: string }> = {
  cells: { x: 9, y: 17, font: '620 13.5px' },
  text: { x: 3, y: 16, font: '400 13px' },
  denseCells: { x: 5, y: 16, font: '560 13.5px' },
  flow: { x: 0, y: 16, font: '400 13px' },
};
const gaps: Record<Layout, number> = { cells: cellGap, text: 1, denseCells: denseCellGap, flow: 0 };

interface LineProps {
  readonly id: string;
  readonly lane: LaneView;
  readonly steps: StepSeries;
  readonly first: number;
  readonly end: number;
  readonly count: number;
  readonly packer: LinePacker;
  /** The cursor's step where it is in this line, else -1. */
  readonly current: number;
  readonly pinned: boolean;
  readonly mode: StripProps['mode'];
}

const Line = memo(function Line({ id, lane, steps, first, end, count, packer, current, pinned, mode }: LineProps) {
  const Part = mode === 'cells' ? Cell : Word;
  return Array.from({ length: end - first }, (_, place) => {
    const step = first + place;
    const record = steps.at(step);
    if (record === undefined) return null;
    const content = cellContent(lane, record);
    return (
      <Part
        // By place, not by step: the elements of another line's cells are taken over.
        key={place}
        id={`${id}-${step}`}
        step={step}
        count={count}
        content={content}
        width={mode === 'cells' ? packer.widthOf(step) : null}
        current={step === current}
        pinned={pinned}
        broken={place === 0 && step > 0 && mode === 'text' && textFlow(lane, steps, step) === 'free'}
      />
    );
  });
}, sameLine);

/** A lane's picture changes with every frame, its vocabulary and steps already shown do not. */
function sameLine(before: LineProps, after: LineProps): boolean {
  return (
    before.lane.modelInfo === after.lane.modelInfo &&
    before.steps === after.steps &&
    before.first === after.first &&
    before.end === after.end &&
    before.packer === after.packer &&
    before.current === after.current &&
    before.pinned === after.pinned &&
    before.mode === after.mode &&
    before.id === after.id
  );
}

function stepOf(target: EventTarget): number | null {
  const cell = target instanceof Element ? target.closest('[data-step]') : null;
  return cell instanceof HTMLElement ? Number(cell.dataset['step']) : null;
}

/** The steps of a lane's shown branch, in lines; only the lines in view are in the page. */
export function Strip({ run, lane, steps, title, mode }: StripProps) {
  const { cursor, clock } = useServices();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const live = run.outcome === null;
  const following = useRef(live);
  /** The cursor's step that has been brought into view. */
  const brought = useRef<number | null>(null);
  const { width, height } = useSize(scroller);
  const step = useStepUnderCursor(run, lane);
  const pinned = useStore(cursor.store, ({ place }) => place?.pinned ?? false);
  const inner = Math.max(0, width - 20);
  const { length } = steps;
  const subWords = readsSubWords(lane);
  const layout: Layout = mode === 'cells' ? (subWords ? 'denseCells' : 'cells') : subWords ? 'flow' : 'text';

  // Of this layout, whatever the width of the strip.
  const widths = useMemo(() => ({ layout, widths: new CellWidths() }), [layout]).widths;
  const packer = useMemo(() => (inner > 0 ? new LinePacker(inner, gaps[layout]) : null), [inner, layout]);
  packer?.extend(
    length,
    (index) =>
      widths.of(index, () => {
        const record = steps.at(index);
        if (record === undefined) return 0;
        const content = cellContent(lane, record);
        return mode === 'cells' ? cellWidth(content) : wordWidth(content);
      }),
    layout === 'flow' ? (index) => textFlow(lane, steps, index) : undefined,
  );
  const lines = packer?.lineCount ?? 0;

  const [scrolledTo, setScrolledTo] = useState(0);
  /** The same, without asking the page, which would lay everything out. */
  const top = useRef(0);
  /** Where it is on its way to: what comes in the same frame starts from there. */
  const aimed = useRef<number | null>(null);
  const viewport = { top: scrolledTo, height };
  const { first: firstLine, end: endLine } = linesInView(viewport, lineHeight[layout], lines);
  const places = placesFor(height, lineHeight[layout]);

  // To whole lines: within one nothing is drawn anew.
  const settle = (): void => {
    setScrolledTo(Math.floor(top.current / lineHeight[layout]) * lineHeight[layout]);
  };
  const scrolled = useFlight(canvas, settle, (element, ink) => {
    if (packer === null) return;
    const { font, ...inset } = textPlaces[layout];
    paintLines(
      element,
      {
        packer,
        steps,
        vocabulary: lane.modelInfo.vocabulary,
        lineHeight: lineHeight[layout],
        top: top.current,
        width: inner,
        height,
        inset,
        font: `${font} ${fontFamily(element, '--font-data')}`,
        current: step,
      },
      ink,
    );
  });

  // Follows the stream while the end is in view.
  useEffect(() => {
    if (!live || !following.current || lines === 0) return;
    clock.nextFrame(() => {
      scrollTo(scroller.current, aimed, scrollToLine(lines - 1, { top: aimed.current ?? top.current, height }, lineHeight[layout], 'end'));
    });
  }, [clock, lines, live, height, layout]);

  // Brings the cursor's step into view; where it is in view already nothing moves. Who follows a stream is not taken back to where the cursor has been
  // put for them, as long as there is a stream.
  useEffect(() => {
    if (step === null || packer === null) return;
    const stays = live && following.current && (brought.current === null || brought.current === step);
    brought.current = step;
    if (stays) return;
    clock.nextFrame(() => {
      // Where hardly more than one line fits, the line starts at the top, so that it is not the one that is cut.
      const align = height < 2 * lineHeight[layout] ? 'start' : 'nearest';
      const viewport = { top: aimed.current ?? top.current, height };
      scrollTo(scroller.current, aimed, scrollToLine(packer.lineOf(step), viewport, lineHeight[layout], align));
    });
  }, [clock, packer, step, height, layout, live]);

  const onPointerMove = (event: PointerEvent): void => {
    const hovered = stepOf(event.target);
    if (hovered !== null) cursor.hover(run.id, lane.lane, hovered);
  };

  return (
    <div
      ref={scroller}
      role="listbox"
      tabIndex={0}
      aria-label={`Steps of ${title}`}
      aria-activedescendant={step === null ? undefined : `${id}-${step}`}
      className={styles['strip']}
      onPointerMove={onPointerMove}
      onClick={(event) => {
        const clicked = stepOf(event.target);
        if (clicked !== null) cursor.togglePin(run.id, lane.lane, clicked);
      }}
      onKeyDown={(event) => {
        if (event.key !== ' ' || step === null) return;
        event.preventDefault();
        cursor.togglePin(run.id, lane.lane, step);
      }}
      onFocus={(event) => {
        if (event.target.matches(':focus-visible') && cursor.place?.pinned !== true) cursor.hover(run.id, lane.lane, step ?? 0);
      }}
      onScroll={(event) => {
        const before = top.current;
        top.current = event.currentTarget.scrollTop;
        // The stream may have grown by lines since it was scrolled to its end: who follows it stops by going back from there. Pages round places.
        following.current &&= top.current > (aimed.current ?? before) - 1;
        aimed.current = null;
        following.current ||= lines * lineHeight[layout] - top.current - height < lineHeight[layout];
        scrolled((top.current - before) / lineHeight[layout]);
      }}
    >
      <canvas ref={canvas} hidden aria-hidden="true" className={styles['flight']} style={{ width: inner, height, marginBottom: -height }} />
      <div role="presentation" className={styles['lines']} style={{ height: lines * lineHeight[layout] }}>
        {packer !== null &&
          Array.from({ length: endLine - firstLine }, (_, place) => {
            const index = firstLine + place;
            const [first, end] = packer.line(index);
            const here = step !== null && step >= first && step < end;
            return (
              <div
                key={index % places}
                role="presentation"
                className={styles[layout]}
                style={{ top: index * lineHeight[layout], height: lineHeight[layout] }}
              >
                <Line
                  id={id}
                  lane={lane}
                  steps={steps}
                  first={first}
                  end={end}
                  count={length}
                  packer={packer}
                  current={here ? step : -1}
                  pinned={here && pinned}
                  mode={mode}
                />
              </div>
            );
          })}
      </div>
    </div>
  );
}

/** Scrolls there. @param aimed keeps the place until the page says that it was reached */
function scrollTo(element: HTMLElement | null, aimed: { current: number | null }, top: number | null): void {
  if (element === null || top === null) return;
  element.scrollTop = top;
  aimed.current = top;
}
