/** Counts restarts over a sliding span of time, so that what dies at once every time is not started for ever. */
export class RestartBudget {
  readonly #limit: number;
  readonly #span: number;
  readonly #now: () => number;
  #taken: number[] = [];

  /**
   * @param limit restarts allowed within the span
   * @param span milliseconds
   * @param now milliseconds on a clock that only goes forward
   */
  constructor(limit: number, span: number, now: () => number) {
    this.#limit = limit;
    this.#span = span;
    this.#now = now;
  }

  /** Whether one more restart is allowed; if so it counts from now on. */
  take(): boolean {
    const now = this.#now();
    this.#taken = this.#taken.filter((then) => now - then < this.#span);
    if (this.#taken.length >= this.#limit) return false;
    this.#taken.push(now);
    return true;
  }

  /** The user asked for a restart: the count begins anew. */
  clear(): void {
    this.#taken = [];
  }
}
