/** What a list of lines of one height is seen through, in pixels. */
export interface Viewport {
  readonly top: number;
  readonly height: number;
}

/** Lines kept in the page above and below the ones in view, so that a slow scroll finds them drawn. */
const overscan = 2;

/** Lines to be in the page, from `first` to before `end`. Nothing is measured: all lines are alike. */
export function linesInView(
  { top, height }: Viewport,
  lineHeight: number,
  lines: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor(top / lineHeight) - overscan);
  // Always as many, though the view may begin and end within a line, or between two.
  return { first: Math.min(first, lines), end: Math.min(lines, first + placesFor(height, lineHeight)) };
}

/**
 * As many places as there can be lines in the page. Lines take them in turn: a line that scrolls in takes over the elements of one that
 * scrolled out, since new text in them costs a fraction of new elements.
 */
export function placesFor(height: number, lineHeight: number): number {
  return Math.ceil(height / lineHeight) + 1 + 2 * overscan;
}

/** Where to scroll so that a line is in view; null where it is, and nothing has to move. @param align where it goes if it is not */
export function scrollToLine(
  line: number,
  { top, height }: Viewport,
  lineHeight: number,
  align: 'nearest' | 'start' | 'end',
): number | null {
  const start = line * lineHeight;
  const end = start + lineHeight;
  if (align === 'start') return start === top ? null : start;
  if (align === 'end') return Math.max(0, end - height);
  if (start < top) return start;
  return end > top + height ? end - height : null;
}
