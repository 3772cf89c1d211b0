import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How much of the processors' time lenses may take while a run generates. Measured on two cores, every percent of it costs the run 1.4: the
 * run's threads wait for each other where one of them has to give way.
 */
const share = 0.1;
/** Milliseconds of all processors that may be taken at once after a while without reading: the first picture of a screen. */
const burst = 450;
/** Looks whether the run has ended so many milliseconds apart. */
const glance = 50;

export interface TimedReading<T> {
  readonly value: T;
  /** Of all processors: what one of two used counts half. */
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
 * Whose turn it is to read lenses: one at a time, in the order they came; while a run generates, no more of the time than their share.
 * Unused time is saved up to `burst`, and what was taken over it is paid by waiting.
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

  /** @param read answers with what was read and how much of the processors' time that took */
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
