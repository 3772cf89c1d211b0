import { setTimeout as sleep } from 'node:timers/promises';

/** How much of the time lenses may be read while a run generates, which waits meanwhile: see `LensService.rest` and docs/performance.md. */
const share = 0.07;
/** Milliseconds that may be read at once after a while without reading. */
const burst = 100;
/**
 * Milliseconds that may be read before their time, by what is read. Coarse readings are what makes a picture where there are no quick ones, in several
 * turns; quick ones are all of a picture in one, and a run has paid for it when a second and a half have passed.
 */
const mostDebt = { quick: 200, coarse: 1_000, other: 0 } as const;

/** What is read in a turn. */
export type LensTurn = keyof typeof mostDebt;
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

/** What comes before what. */
const order: readonly LensTurn[] = ['quick', 'coarse', 'other'];

/** A reading that waits for its turn. */
interface Waiting {
  readonly turn: LensTurn;
  readonly begin: () => void;
}

/**
 * Whose turn it is to read lenses: one at a time, quick ones first, then coarse ones, and else in the order they came; while a run generates, no more
 * of the time than its share. Unused time is saved up to `burst`, some may be read up to `mostDebt` before its time, and what was read over it is
 * paid by waiting.
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
  async take<T>(turn: LensTurn, read: () => Promise<TimedReading<T>>): Promise<T> {
    await new Promise<void>((begin) => {
      this.#waiting.push({ turn, begin });
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
      const [first] = this.#waiting.toSorted((a, b) => order.indexOf(a.turn) - order.indexOf(b.turn));
      const missing = first ? -this.#saved - mostDebt[first.turn] : 0;
      if (first && missing <= 0) {
        this.#waiting.splice(this.#waiting.indexOf(first), 1);
        return first;
      }
      await this.clock.sleep(Math.max(1, Math.min(glance, missing / share)));
    }
  }

  #save(): void {
    const now = this.clock.now();
    this.#saved = Math.min(burst, this.#saved + share * (now - this.#counted));
    this.#counted = now;
  }
}
