/** The part of a square matrix that is on screen: from row `top` and column `left`, `span` rows and as many columns, fractions included. */
export interface Viewport {
  readonly top: number;
  readonly left: number;
  readonly span: number;
}

/** Size of what the matrix is drawn in, in pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** Rows on screen at the least, so that their tokens can be read. */
const rowPixels = 18;

export const wholeView = (positions: number): Viewport => ({ top: 0, left: 0, span: Math.max(1, positions) });

/** The smallest span that is of use in so many pixels of height: rows tall enough for text. */
export function smallestSpan(positions: number, height: number): number {
  return Math.min(Math.max(1, positions), Math.max(2, height / rowPixels));
}

const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), Math.max(low, high));

/** The same, moved and sized so that nothing beside the matrix is shown. */
export function clamped(view: Viewport, positions: number, height: number): Viewport {
  const span = within(view.span, smallestSpan(positions, height), Math.max(1, positions));
  return { span, top: within(view.top, 0, positions - span), left: within(view.left, 0, positions - span) };
}

/** Zooms about a point of the picture, which keeps what it shows. @param factor below 1 comes nearer @param x, y 0 to 1 */
export function zoomed(view: Viewport, factor: number, { x, y }: { x: number; y: number }, positions: number, height: number): Viewport {
  const span = within(view.span * factor, smallestSpan(positions, height), Math.max(1, positions));
  const shrunk = view.span - span;
  return clamped({ span, top: view.top + shrunk * y, left: view.left + shrunk * x }, positions, height);
}

/** Moves just as far as it takes to have this cell on screen. */
export function revealing(view: Viewport, cell: { row: number; column: number }, positions: number, height: number): Viewport {
  const axis = (from: number, index: number): number =>
    index < from ? index : index + 1 > from + view.span ? index + 1 - view.span : from;
  return clamped({ span: view.span, top: axis(view.top, cell.row), left: axis(view.left, cell.column) }, positions, height);
}

/** The cell at a point of the picture, or null outside. @param x, y in pixels */
export function cellAt(view: Viewport, x: number, y: number, positions: number, room: Room): { row: number; column: number } | null {
  if (x < 0 || y < 0 || x >= room.width || y >= room.height) return null;
  const row = Math.floor(view.top + (y / room.height) * view.span);
  const column = Math.floor(view.left + (x / room.width) * view.span);
  return row < positions && column < positions ? { row, column } : null;
}
