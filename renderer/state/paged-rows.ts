/** Rows of so many floats each, in pages that are made when one of their rows is first written: growing copies nothing, gaps cost nothing. */
export class PagedRows {
  readonly #rowLength: number;
  readonly #rowsPerPage: number;
  /** In the order in which they were made. */
  readonly #pages = new Map<number, Float32Array>();

  constructor(rowLength: number, rowsPerPage: number) {
    this.#rowLength = rowLength;
    this.#rowsPerPage = rowsPerPage;
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** A row to be read; undefined where its page was never written. */
  read(row: number): Float32Array | undefined {
    const page = this.#pages.get(Math.floor(row / this.#rowsPerPage));
    return page && this.#view(page, row);
  }

  /** One number of a row; undefined where its page was never written. */
  at(row: number, column: number): number | undefined {
    return this.#pages.get(Math.floor(row / this.#rowsPerPage))?.[(row % this.#rowsPerPage) * this.#rowLength + column];
  }

  /** A row to be written. What was never written in its page is not a number. */
  write(row: number): Float32Array {
    const index = Math.floor(row / this.#rowsPerPage);
    const page = this.#pages.get(index) ?? new Float32Array(this.#rowLength * this.#rowsPerPage).fill(NaN);
    this.#pages.set(index, page);
    return this.#view(page, row);
  }

  /** Lets go of the page that was made first. */
  dropOldest(): void {
    for (const index of this.#pages.keys()) {
      this.#pages.delete(index);
      return;
    }
  }

  #view(page: Float32Array, row: number): Float32Array {
    const start = (row % this.#rowsPerPage) * this.#rowLength;
    return page.subarray(start, start + this.#rowLength);
  }
}
