/** What of a terminal is needed: a stream of text. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A line of a terminal that changes in place; elsewhere nothing can. */
export class ChangingLine {
  readonly #screen: Screen;
  #open = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get canChange(): boolean {
    return this.#screen.isTTY === true;
  }

  /** @param fresh leaves the line before as it is */
  show(line: string, fresh: boolean): void {
    const width = (this.#screen.columns ?? 80) - 1;
    this.#screen.write(`${fresh && this.#open ? '\n' : ''}\r\u001B[K${line.slice(0, width)}`);
    this.#open = true;
  }

  /** Leaves the line as it is. */
  end(): void {
    if (this.#open) this.#screen.write('\n');
    this.#open = false;
  }
}
