import { css, type Rgb, themeColour } from '../layers/colour';
import { canvasToken } from '../../design/token-pieces';
import { fitted, fontFamily } from '../shared/canvas-text';
import type { SequenceToken } from './sequence-tokens';
import type { Room, Viewport } from './viewport';

/** Room above the matrix for what stands at its columns. */
export const topGutter = 16;
/** Rows of these pixels are named by their tokens, lower ones by numbers now and then. */
const rowLabel = 13;
const namesGutter = 84;
const numbersGutter = 40;

/** Room left of the matrix for what stands at its rows, which are so many pixels high. */
export const leftGutter = (rowHeight: number): number => (rowHeight >= rowLabel ? namesGutter : numbersGutter);

export interface AxesView {
  readonly view: Viewport;
  /** Of the matrix itself, without the gutters. */
  readonly room: Room;
  readonly positions: number;
  /** Positions of the prompt. */
  readonly prompt: number;
  readonly tokenAt: (position: number) => SequenceToken;
  /** Row under the cursor, and the column looked at. */
  readonly row: number | null;
  readonly column: number | null;
  /** Counts changes of the theme. */
  readonly theme: number;
}

/** Pixels a label needs, with the space around it. */
const columnLabel = 34;
const tickRow = 28;
const tickColumn = 56;

/** A round number of positions between two ticks that are at least so many pixels apart. */
function tickEvery(pixels: number, cell: number): number {
  let every = 1;
  for (let i = 0; every * cell < pixels; i++) every *= i % 3 === 1 ? 2.5 : 2;
  return every;
}

/** Whether a position, counted from 1, has a number: the first, and every so many. */
const ticked = (position: number, every: number): boolean => (position + 1) % every === 0 || position === 0;

const tokenLabel = (token: SequenceToken): string => (token.kind === 'thought' ? '◆' : canvasToken(token.text));

/** Draws what stands around the matrix and over it: labels, where the prompt ends, the cell looked at. */
export function drawAxes(canvas: HTMLCanvasElement, axes: AxesView): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { view, room, positions, prompt, row, column } = axes;
  const scale = window.devicePixelRatio;
  const cell = { width: room.width / view.span, height: room.height / view.span };
  const gutter = leftGutter(cell.height);
  canvas.width = Math.round((room.width + gutter) * scale);
  canvas.height = Math.round((room.height + topGutter) * scale);
  context.scale(scale, scale);
  const tone = (name: string): Rgb => themeColour(canvas, `var(--${name})`, axes.theme);
  const [ink, dim, faint, cursor] = (['ink', 'dim', 'faint', 'cursor'] as const).map((name) => css(tone(name)));
  const data = fontFamily(canvas, '--font-data');
  const x = (position: number): number => gutter + (position - view.left) * cell.width;
  const y = (position: number): number => topGutter + (position - view.top) * cell.height;
  const visible = (from: number): readonly number[] => {
    const first = Math.max(0, Math.floor(from));
    return Array.from({ length: Math.min(positions, Math.ceil(from + view.span)) - first }, (_, i) => first + i);
  };
  const font = (strong: boolean): void => {
    context.font = `${strong ? 700 : 450} 11px ${data}`;
    context.fillStyle = (strong ? ink : dim) ?? '';
  };

  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const rowsSpoken = cell.height >= rowLabel;
  const everyRow = rowsSpoken ? 1 : tickEvery(tickRow, cell.height);
  for (const position of visible(view.top)) {
    const middle = y(position + 0.5);
    if (!ticked(position, everyRow) || middle < topGutter || middle > topGutter + room.height - 5) continue;
    font(position === row);
    context.fillText(
      rowsSpoken ? fitted(context, tokenLabel(axes.tokenAt(position)), gutter - 10) : String(position + 1),
      gutter - 6,
      middle,
    );
  }
  context.textAlign = 'left';
  const columnsSpoken = cell.width >= columnLabel;
  const everyColumn = columnsSpoken ? 1 : tickEvery(tickColumn, cell.width);
  for (const position of visible(view.left)) {
    const left = x(position);
    if (!ticked(position, everyColumn) || left < gutter || left > gutter + room.width - 20) continue;
    font(position === column);
    const wide = cell.width * everyColumn - 4;
    context.fillText(columnsSpoken ? fitted(context, tokenLabel(axes.tokenAt(position)), wide) : String(position + 1), left + 1, 7);
  }

  context.save();
  context.beginPath();
  context.rect(gutter, topGutter, room.width, room.height);
  context.clip();
  if (prompt < positions) {
    context.strokeStyle = faint ?? '';
    context.lineWidth = 1;
    context.setLineDash([4, 3]);
    context.beginPath();
    context.moveTo(Math.round(x(prompt)) + 0.5, topGutter);
    context.lineTo(Math.round(x(prompt)) + 0.5, topGutter + room.height);
    context.moveTo(gutter, Math.round(y(prompt)) + 0.5);
    context.lineTo(gutter + room.width, Math.round(y(prompt)) + 0.5);
    context.stroke();
    context.setLineDash([]);
  }
  if (view.span >= positions) {
    // Above the diagonal nothing can be seen, so there is room for words.
    context.font = `450 11px ${fontFamily(canvas, '--font-text')}`;
    context.fillStyle = faint ?? '';
    context.textAlign = 'right';
    if (prompt < positions && x(prompt) > gutter + 120) context.fillText('prompt', x(prompt) - 6, topGutter + 9);
    if (prompt >= positions) context.fillText('prompt', gutter + room.width - 6, topGutter + 9);
    else if (gutter + room.width - x(prompt) > 70) context.fillText('generated', gutter + room.width - 6, topGutter + 9);
  }
  context.strokeStyle = cursor ?? '';
  if (row !== null) {
    context.lineWidth = 1.4;
    const height = Math.max(4, cell.height);
    context.strokeRect(x(0) - 2, y(row + 0.5) - height / 2, (row + 1) * cell.width + 3, height);
  }
  if (row !== null && column !== null) {
    context.lineWidth = 2;
    const [width, height] = [Math.max(5, cell.width), Math.max(5, cell.height)];
    context.strokeRect(x(column + 0.5) - width / 2, y(row + 0.5) - height / 2, width, height);
  }
  context.restore();
}
