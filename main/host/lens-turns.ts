import { setTimeout as sleep } from 'node:timers/promises';

/** How much of the time lenses may be read while a run generates, which waits meanwhile: see `LensService.rest` and docs/performance.md. */
const share = 0.07;
/** Milliseconds that may be read at once after a while without reading: the first picture of a screen. */
const burst = 500;
/** Milliseconds that may be read before their time where it is urgent. */
const mostDebt = 1_000;
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

/** A reading that waits for its turn. */
interface Waiting {
  readonly isUrgent: boolean;
  readonly begin: () => void;
}

/**
 * Whose turn it is to read lenses: one at a time, what is urgent first and else in the order they came; while a run generates, no more of the
 * time than its share. Unused time is saved up to `burst`, what is urgent may be read up to `mostDebt` before its time, and what was read over
 * it is paid by waiting.
 */
export class LensTurns {
  readonly #waiting: Waiting[] = [];
  #isReading = false;
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
  async take<T>(isUrgent: boolean, read: () => Promise<TimedReading<T>>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ isUrgent, begin });
      void this.#serve();
    });
    let taken = 0;
    try {
      const { value, milliseconds } = await read();
      taken = milliseconds;
      return value;
    } finally {
      this.#save();
      this.#saved -= taken;
      this.#isReading = false;
      void this.#serve();
    }
  }

  async #serve(): Promise<void> {
    if (this.#isReading || this.#waiting.length === 0) return;
    this.#isReading = true;
    (await this.#next()).begin();
  }

  /** The next turn, when it can be afforded. */
  async #next(): Promise<Waiting> {
    for (;;) {
      this.#save();
      if (!this.generating()) this.#saved = burst;
      const urgent = this.#waiting.findIndex(({ isUrgent }) => isUrgent);
      const missing = -this.#saved - (urgent < 0 ? 0 : mostDebt);
      const [turn] = missing > 0 ? [] : this.#waiting.splice(Math.max(0, urgent), 1);
      if (turn) return turn;
      await this.clock.sleep(Math.max(1, Math.min(glance, missing / share)));
    }
  }

  #save(): void {
    const now = this.clock.now();
    this.#saved = Math.min(burst, this.#saved + share * (now - this.#counted));
    this.#counted = now;
  }
}
