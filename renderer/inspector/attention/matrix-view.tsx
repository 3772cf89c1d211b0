import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { themeColour } from '../layers/colour';
import { useSize } from '../shared/use-size';
import { useThemeRevision } from '../shared/use-theme-revision';
import type { AttentionMatrix } from './attention-matrix';
import styles from './attention.module.css';
import { drawAxes, leftGutter, topGutter } from './draw-axes';
import { paintMatrix } from './paint-matrix';
import type { Filling } from './use-attention';
import type { SequenceToken } from './sequence-tokens';
import { cellAt, clamped, revealing, type Viewport, wholeView, zoomed } from './viewport';
import { colourTable, packed, type WeightShade } from './weight-shade';

/** A cell looked at: from a row's position to a column's, or only the row. */
export interface MatrixFocus {
  readonly row: number;
  readonly column: number | null;
  readonly by: 'pointer' | 'keys' | 'list';
}

export interface MatrixViewProps {
  readonly matrix: Filling<AttentionMatrix>;
  readonly positions: number;
  readonly prompt: number;
  readonly shade: WeightShade;
  /** The lane's, `var(--…)`. */
  readonly hue: string;
  readonly tokenAt: (position: number) => SequenceToken;
  /** Row of the shared cursor, or null. */
  readonly cursorRow: number | null;
  readonly focus: MatrixFocus | null;
  readonly onFocus: (focus: MatrixFocus | null) => void;
  /** Goes to the step of a row. */
  readonly onRow: (row: number, pin: boolean) => void;
  /** Null shows the whole matrix, whatever its size. */
  readonly view: Viewport | null;
  readonly onView: (view: Viewport | null) => void;
  readonly label: string;
  readonly valueText: string;
  readonly content: RefObject<HTMLDivElement | null>;
}

const wheelZoom = 1.0018;
export const keyZoom = 0.7;
/** Pixels a pointer may move and still have clicked. */
const clickSlack = 4;

/** Attention as a picture of weights, query positions downwards and key positions to the right; any part of it, near or far. */
export function MatrixView(props: MatrixViewProps) {
  const { matrix, positions, prompt, shade, hue, tokenAt, cursorRow, focus, onFocus, onRow, onView, content } = props;
  const frame = useRef<HTMLDivElement>(null);
  const cells = useRef<HTMLCanvasElement>(null);
  const axes = useRef<HTMLCanvasElement>(null);
  const size = useSize(frame);
  const theme = useThemeRevision();
  const [drag, setDrag] = useState<{ readonly x: number; readonly y: number; readonly view: Viewport; readonly moved: boolean } | null>(
    null,
  );
  const height = Math.max(0, size.height - topGutter);
  const view = useMemo(
    () => (props.view === null ? wholeView(positions) : clamped(props.view, positions, height)),
    [props.view, positions, height],
  );
  const gutter = leftGutter(height / view.span);
  const room = useMemo(() => ({ width: Math.max(0, size.width - gutter), height }), [size.width, gutter, height]);
  const row = focus?.row ?? cursorRow;

  useLayoutEffect(() => {
    // In the frame that shows it, and at most once a frame, however fast rows come.
    const request = requestAnimationFrame(() => {
      const canvas = cells.current;
      const context = canvas?.getContext('2d');
      if (canvas === null || context === null || context === undefined || room.width < 1 || room.height < 1) return;
      const width = Math.round(room.width * window.devicePixelRatio);
      const lines = Math.round(room.height * window.devicePixelRatio);
      if (canvas.width !== width || canvas.height !== lines) Object.assign(canvas, { width, height: lines });
      const panel = themeColour(canvas, 'var(--panel)', theme);
      const image = context.createImageData(width, lines);
      const colours = colourTable(shade, panel, themeColour(canvas, hue, theme));
      const empty = { unseen: packed(panel), unread: packed(themeColour(canvas, 'var(--sunk)', theme)) };
      paintMatrix(matrix.data, positions, view, { width, height: lines }, colours, empty, new Uint32Array(image.data.buffer));
      context.putImageData(image, 0, 0);
    });
    return () => {
      cancelAnimationFrame(request);
    };
  }, [matrix, positions, view, room, shade, hue, theme]);

  useLayoutEffect(() => {
    const request = requestAnimationFrame(() => {
      if (axes.current === null || room.width < 1 || room.height < 1) return;
      drawAxes(axes.current, { view, room, positions, prompt, tokenAt, row, column: focus?.column ?? null, theme });
    });
    return () => {
      cancelAnimationFrame(request);
    };
  }, [view, room, positions, prompt, tokenAt, row, focus?.column, theme]);

  // What something else has moved to is brought into view.
  const shown = useRef({ view, height, positions });
  useLayoutEffect(() => {
    shown.current = { view, height, positions };
  });
  const follows = focus === null || focus.by !== 'pointer';
  useEffect(() => {
    const now = shown.current;
    if (!follows || row === null || now.view.span >= now.positions) return;
    const middle = Math.floor(now.view.left + now.view.span / 2);
    const next = revealing(now.view, { row, column: focus?.column ?? Math.min(middle, row) }, now.positions, now.height);
    if (next.top !== now.view.top || next.left !== now.view.left) onView(next);
  }, [follows, row, focus?.column, onView]);

  const place = (event: { clientX: number; clientY: number }): { x: number; y: number } => {
    const box = frame.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0) - gutter, y: event.clientY - (box?.top ?? 0) - topGutter };
  };
  const zoom = (factor: number, at: { x: number; y: number }): void => {
    const next = zoomed(view, factor, at, positions, height);
    onView(next.span >= positions ? null : next);
  };
  // React listens to wheels passively, and a page that scrolls under a zoom is no use.
  const onWheel = useRef<(event: WheelEvent) => void>(() => undefined);
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const by = ((event.shiftKey ? event.deltaY : event.deltaX) / Math.max(1, room.width)) * view.span;
      onView(clamped({ ...view, left: view.left + by }, positions, height));
      return;
    }
    const { x, y } = place(event);
    zoom(wheelZoom ** event.deltaY, { x: Math.min(1, Math.max(0, x / room.width)), y: Math.min(1, Math.max(0, y / room.height)) });
  };
  useLayoutEffect(() => {
    onWheel.current = wheel;
  });
  useEffect(() => {
    const element = frame.current;
    const listen = (event: WheelEvent): void => {
      onWheel.current(event);
    };
    element?.addEventListener('wheel', listen, { passive: false });
    return () => {
      element?.removeEventListener('wheel', listen);
    };
  }, []);

  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (drag !== null) {
      const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
      const moved = drag.moved || Math.hypot(right, down) > clickSlack;
      if (moved !== drag.moved) setDrag({ ...drag, moved });
      if (!moved || drag.view.span >= positions) return;
      const { top, left, span } = drag.view;
      onView(clamped({ span, top: top - (down / room.height) * span, left: left - (right / room.width) * span }, positions, height));
      return;
    }
    const { x, y } = place(event);
    const cell = cellAt(view, x, y, positions, room);
    if (cell === null) {
      onFocus(null);
      return;
    }
    onFocus({ row: cell.row, column: cell.column <= cell.row ? cell.column : null, by: 'pointer' });
    onRow(cell.row, false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const from = row ?? positions - 1;
    const column = focus?.column ?? from;
    const page = Math.max(1, Math.floor(view.span / 2));
    const moves: Record<string, readonly [row: number, column: number]> = {
      ArrowUp: [from - 1, column],
      ArrowDown: [from + 1, column],
      ArrowLeft: [from, column - 1],
      ArrowRight: [from, column + 1],
      PageUp: [from - page, column],
      PageDown: [from + page, column],
      Home: [0, column],
      End: [positions - 1, column],
      Enter: [from, column],
    };
    const move = moves[event.key];
    const middle = { x: 0.5, y: 0.5 };
    if (move !== undefined) {
      const to = Math.min(positions - 1, Math.max(0, move[0]));
      onFocus({ row: to, column: Math.min(to, Math.max(0, move[1])), by: 'keys' });
      onRow(to, true);
    } else if (event.key === '+' || event.key === '=') zoom(keyZoom, middle);
    else if (event.key === '-') zoom(1 / keyZoom, middle);
    else if (event.key === '0') onView(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={frame}
      className={styles['matrix']}
      role="slider"
      aria-roledescription="attention matrix"
      aria-label={props.label}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, positions)}
      aria-valuenow={(row ?? 0) + 1}
      aria-valuetext={props.valueText}
      tabIndex={0}
      data-dragging={drag?.moved === true}
      onPointerMove={onPointerMove}
      onPointerLeave={() => {
        if (drag === null) onFocus(null);
      }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ x: event.clientX, y: event.clientY, view, moved: false });
      }}
      onPointerUp={(event) => {
        const { x, y } = place(event);
        const cell = cellAt(view, x, y, positions, room);
        if (drag !== null && !drag.moved && cell !== null) onRow(cell.row, true);
        setDrag(null);
      }}
      onPointerCancel={() => {
        setDrag(null);
      }}
      onBlur={() => {
        if (focus?.by === 'keys') onFocus(null);
      }}
      onKeyDown={onKeyDown}
    >
      <div ref={content} className={styles['picture']}>
        <canvas
          ref={cells}
          className={styles['cells']}
          style={{ left: gutter, top: topGutter, width: room.width, height: room.height }}
          aria-hidden="true"
        />
        <canvas ref={axes} className={styles['axes']} style={{ width: size.width, height: size.height }} aria-hidden="true" />
      </div>
    </div>
  );
}
