import { setTimeout as sleep } from 'node:timers/promises';

/** How much of the time lenses may be read while a run generates, which waits meanwhile: see `LensService.rest`. With the burst under 15 percent of any half a minute. */
const share = 0.11;
/** Milliseconds that may be read at once after a while without reading: the first picture of a screen. */
const burst = 1_000;
/** Looks whether the run has ended so many milliseconds apart. */
const glance = 50;

export interface TimedReading<T> {
  readonly value: T;
  readonly milliseconds: number;
}

/** Clock and sleep, in milliseconds. */
export interface LensClock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

const realClock: LensClock = {
  now: () => performance.now(),
  sleep: async (milliseconds) => {
    await sleep(milliseconds);
  },
};

/**
 * Whose turn it is to read lenses: one at a time, in the order they came; while a run generates, no more of the time than its share.
 * Unused time is saved up to `burst`, and what was read over it is paid by waiting.
 */
export class LensTurns {
  #last: Promise<void> = Promise.resolve();
  #saved = burst;
  #counted: number;

  /** @param generating whether a run is under way */
  constructor(
    private readonly generating: () => boolean,
    private readonly clock: LensClock = realClock,
  ) {
    this.#counted = clock.now();
  }

  /** @param read answers with what was read and how many milliseconds that took */
  async take<T>(read: () => Promise<TimedReading<T>>): Promise<T> {
    const turn = this.#last.then(async () => {
      await this.#afford();
      const { value, milliseconds } = await read();
      this.#save();
      this.#saved -= milliseconds;
      return value;
    });
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #afford(): Promise<void> {
    for (;;) {
      this.#save();
      if (!this.generating()) this.#saved = burst;
      if (this.#saved >= 0) return;
      await this.clock.sleep(Math.max(1, Math.min(glance, -this.#saved / share)));
    }
  }

  #save(): void {
    const now = this.clock.now();
    this.#saved = Math.min(burst, this.#saved + share * (now - this.#counted));
    this.#counted = now;
  }
}
