/**
 * A place in an array of lines: keys or values lie as [.., Hd, positions], so each coordinate of each head is a line along which positions
 * follow each other.
 */
export interface LinePlace {
  readonly data: Float32Array;
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
