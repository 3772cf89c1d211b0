import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type PointerEvent, useEffect, useId, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { useSize } from '../../inspector/shared/use-size';
import type { LaneView, RunView, StepSeries } from '../../state/run-view';
import { useServices } from '../../state/services';
import { useStepUnderCursor } from '../use-cursor';
import { Cell, Word } from './cell';
import { cellContent, readsSubWords } from './cell-content';
import { cellGap, cellWidth, denseCellGap, LinePacker, wordWidth } from './pack-cells';
import styles from './strip.module.css';
import { textFlow } from './text-flow';

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
const gaps: Record<Layout, number> = { cells: cellGap, text: 1, denseCells: denseCellGap, flow: 0 };

interface LineProps {
  readonly id: string;
  readonly lane: LaneView;
  readonly steps: StepSeries;
  readonly first: number;
  readonly end: number;
  readonly count: number;
  /** The cursor's step where it is in this line, else -1. */
  readonly current: number;
  readonly pinned: boolean;
  readonly mode: StripProps['mode'];
}

const Line = memo(function Line({ id, lane, steps, first, end, count, current, pinned, mode }: LineProps) {
  const Part = mode === 'cells' ? Cell : Word;
  return Array.from({ length: end - first }, (_, place) => {
    const step = first + place;
    const record = steps.at(step);
    if (record === undefined) return null;
    return (
      <Part
        key={step}
        id={`${id}-${step}`}
        step={step}
        count={count}
        content={cellContent(lane, record)}
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
  const following = useRef(true);
  const { width, height } = useSize(scroller);
  const step = useStepUnderCursor(run, lane);
  const pinned = useStore(cursor.store, ({ place }) => place?.pinned ?? false);
  const inner = Math.max(0, width - 20);
  const { length } = steps;
  const subWords = readsSubWords(lane);
  const layout: Layout = mode === 'cells' ? (subWords ? 'denseCells' : 'cells') : subWords ? 'flow' : 'text';

  const packer = useMemo(() => (inner > 0 ? new LinePacker(inner, gaps[layout]) : null), [inner, layout]);
  packer?.extend(
    length,
    (index) => {
      const record = steps.at(index);
      if (record === undefined) return 0;
      const content = cellContent(lane, record);
      return mode === 'cells' ? cellWidth(content) : wordWidth(content);
    },
    layout === 'flow' ? (index) => textFlow(lane, steps, index) : undefined,
  );
  const lines = packer?.lineCount ?? 0;

  const virtualizer = useVirtualizer({
    count: lines,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight[layout],
    overscan: 6,
    // What scrolls into view may come a frame later; drawing it at once would hold up the keys.
    useFlushSync: false,
  });
  useEffect(() => {
    virtualizer.measure();
  }, [virtualizer, layout]);

  // Follows the stream while the end is in view.
  useEffect(() => {
    if (run.outcome !== null || !following.current || lines === 0) return;
    clock.nextFrame(() => {
      virtualizer.scrollToIndex(lines - 1, { align: 'end' });
    });
  }, [virtualizer, clock, lines, run.outcome]);

  // Brings the cursor's step into view; where it is in view already nothing moves.
  useEffect(() => {
    if (step === null || packer === null) return;
    // Where hardly more than one line fits, the line starts at the top, so that it is not the one that is cut.
    clock.nextFrame(() => {
      virtualizer.scrollToIndex(packer.lineOf(step), { align: height < 2 * lineHeight[layout] ? 'start' : 'auto' });
    });
  }, [virtualizer, clock, packer, step, height, layout]);

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
        // The sizes known already, not the page's: asking for those would lay everything out.
        following.current = virtualizer.getTotalSize() - event.currentTarget.scrollTop - height < lineHeight[layout];
      }}
    >
      <div role="presentation" className={styles['lines']} style={{ height: virtualizer.getTotalSize() }}>
        {packer !== null &&
          virtualizer.getVirtualItems().map((item) => {
            const [first, end] = packer.line(item.index);
            const here = step !== null && step >= first && step < end;
            return (
              <div key={item.key} role="presentation" className={styles[layout]} style={{ transform: `translateY(${item.start}px)` }}>
                <Line
                  id={id}
                  lane={lane}
                  steps={steps}
                  first={first}
                  end={end}
                  count={length}
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
