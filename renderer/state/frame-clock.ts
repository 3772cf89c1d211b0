/** How long a hidden window, in which animation frames stop, may hold work back. */
const hiddenFrameMilliseconds = 100;

const longestWorkMilliseconds = 1000;

/** The one owner of `requestAnimationFrame`: all work for a frame runs in one, and a timer stands in where frames stop. */
export class FrameClock {
  #callbacks: (() => void)[] = [];
  #frame: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** Calls back once, in the next frame. */
  nextFrame(callback: () => void): void {
    this.#callbacks.push(callback);
    if (this.#timer !== null) return;
    this.#frame = requestAnimationFrame(() => {
      this.#flush();
    });
    this.#timer = setTimeout(() => {
      this.#flush();
    }, hiddenFrameMilliseconds);
  }

  /** Settles when a frame that shows all changes made up to now has been painted. */
  afterPaint(): Promise<void> {
    return new Promise((resolve) => {
      // A task posted from inside a frame runs after that frame's paint.
      this.nextFrame(() => {
        setTimeout(resolve, 0);
      });
    });
  }

  /**
   * Settles when such a frame has been painted and the page has nothing left to do: what React puts off, and what a frame makes necessary in
   * the one after, is done by then. Or after a while, where there is no end of it.
   */
  async afterWork(): Promise<void> {
    await this.afterPaint();
    await new Promise<void>((resolve) => {
      requestIdleCallback(() => resolve(), { timeout: longestWorkMilliseconds });
    });
  }

  #flush(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#frame = null;
    this.#timer = null;
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback();
  }
}
