import type { CacheArray } from './passes';

/** A place in an array of lines along which positions follow each other. */
export interface LinePlace {
  readonly data: CacheArray;
  /** Numbers a line. */
  readonly width: number;
  /** First line. */
  readonly line: number;
  /** Position in each line. */
  readonly at: number;
}

/** Copies `positions` of each of `lines` lines. */
export function copyLines(from: LinePlace, to: LinePlace, lines: number, positions: number): void {
  let source = from.line * from.width + from.at;
  let target = to.line * to.width + to.at;
  for (let line = 0; line < lines; line++, source += from.width, target += to.width) {
    if (positions === 1) to.data[target] = from.data[source] ?? NaN;
    else to.data.set(from.data.subarray(source, source + positions), target);
  }
}

/**
 * Makes lines longer where they lie: `lines` lines of `width` numbers, packed at the start of an array with room for more, become lines of
 * `width + from.width`, with those of `from` at their ends.
 */
export function appendToLines(data: CacheArray, width: number, from: LinePlace, lines: number): void {
  const longer = width + from.width;
  // From the last one on: a line moves towards the end, over what has been moved already.
  for (let line = lines - 1; line >= 0; line--) {
    data.copyWithin(line * longer, line * width, (line + 1) * width);
    const source = (from.line + line) * from.width + from.at;
    data.set(from.data.subarray(source, source + from.width), line * longer + width);
  }
}
