/** Milliseconds without a scroll after which a strip stands still. */
const restMilliseconds = 120;
/** Lines that may come into view in a frame and still be laid out in time. */
const mostNewLines = 2;

/**
 * Tells a flight, scrolls that follow one another and each bring more new lines into view than can be laid out in a frame, from scrolls
 * that cannot: a slow one, or a single jump to somewhere else.
 */
export class Flight {
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #landed: () => void;

  /** @param landed called when a flight has come to rest */
  constructor(landed: () => void) {
    this.#landed = landed;
  }

  /**
   * A scroll by so many lines.
   * @param now milliseconds
   * @returns whether the strip is in flight
   */
  scrolled(lines: number, now: number): boolean {
    const following = now - this.#last < restMilliseconds;
    this.#last = now;
    if (!this.inFlight && !(following && Math.abs(lines) > mostNewLines)) return false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.end();
      this.#landed();
    }, restMilliseconds);
    return true;
  }

  /** Whether it is in flight. */
  get inFlight(): boolean {
    return this.#timer !== null;
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
