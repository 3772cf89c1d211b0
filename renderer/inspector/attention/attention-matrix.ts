/** Cells to a side of a head seen from afar, at the most where the sequence is not very long. */
const overviewSide = 64;
/** The largest square of cells that becomes one. */
const largestPool = 32;

/** Codes of one head's attention as they come, block by block; row r has r + 1 of them. Lives outside React. */
export class AttentionMatrix {
  /** Row after row: the codes of row r begin at r · (r + 1) / 2. */
  #codes = new Uint8Array(1024);
  #rows = 0;

  /** Rows there are, without a gap from the first. */
  get rows(): number {
    return this.#rows;
  }

  /** @param codes [count, first + count] @throws RangeError where rows before them are missing, or the codes are not whole rows */
  take(first: number, count: number, codes: Uint8Array): void {
    const columns = first + count;
    if (first > this.#rows) throw new RangeError(`Rows from ${first} came before row ${this.#rows}`);
    if (codes.length !== count * columns) throw new RangeError(`${codes.length} codes are not ${count} rows of ${columns}`);
    this.#reserve((columns * (columns + 1)) / 2);
    for (let row = 0; row < count; row++) {
      const position = first + row;
      const part = codes.subarray(row * columns, row * columns + position + 1);
      this.#codes.set(part, (position * (position + 1)) / 2);
    }
    this.#rows = Math.max(this.#rows, columns);
  }

  /** Code of a cell; 0 for what a position cannot see, or what has not come. */
  at(row: number, column: number): number {
    if (row >= this.#rows || column > row) return 0;
    return this.#codes[(row * (row + 1)) / 2 + column] ?? 0;
  }

  /** The row's codes, one for each position it sees; empty where it has not come. Do not keep it. */
  row(row: number): Uint8Array {
    const from = (row * (row + 1)) / 2;
    return row < this.#rows ? this.#codes.subarray(from, from + row + 1) : this.#codes.subarray(0, 0);
  }

  #reserve(length: number): void {
    if (length <= this.#codes.length) return;
    const grown = new Uint8Array(Math.max(length, 2 * this.#codes.length));
    grown.set(this.#codes);
    this.#codes = grown;
  }
}

/** Cells to a side that become one, so that a sequence of that length is seen in about `overviewSide` cells. */
export function poolFor(positions: number): number {
  let pool = 1;
  while (pool < largestPool && pool * overviewSide < positions) pool *= 2;
  return pool;
}

/** All heads of a layer seen from afar, and their mean: squares of `side` × `side` cells, each the largest code of a square of cells. */
export class HeadsOverview {
  readonly side: number;
  /** [planes, side, side] */
  readonly #codes: Uint8Array;
  #rows = 0;

  /** @param planes heads and their mean, which is the last */
  constructor(
    readonly planes: number,
    positions: number,
    readonly pool: number,
  ) {
    this.side = Math.ceil(positions / pool);
    this.#codes = new Uint8Array(planes * this.side ** 2);
  }

  /** Positions there are, without a gap from the first. */
  get rows(): number {
    return this.#rows;
  }

  /** @param codes [planes, ceil(count / pool), ceil((first + count) / pool)] */
  take(first: number, count: number, codes: Uint8Array): void {
    const [rows, columns] = [Math.ceil(count / this.pool), Math.ceil((first + count) / this.pool)];
    if (codes.length !== this.planes * rows * columns) throw new RangeError(`${codes.length} codes are not ${this.planes} heads`);
    for (let row = 0; row < this.planes * rows; row++) {
      const to = (Math.floor(row / rows) * this.side + first / this.pool + (row % rows)) * this.side;
      this.#codes.set(codes.subarray(row * columns, (row + 1) * columns), to);
    }
    this.#rows = Math.max(this.#rows, first + count);
  }

  /** [side, side] of one plane. Do not keep it. */
  plane(index: number): Uint8Array {
    return this.#codes.subarray(index * this.side ** 2, (index + 1) * this.side ** 2);
  }
}
