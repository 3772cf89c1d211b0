/** Progress of one job as a window shows it. */
export interface Progress {
  readonly phase: string;
  readonly remark: string | null;
  readonly doneBytes: number;
  readonly totalBytes: number | null;
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** Seconds over which the rate forgets: long enough to read, short enough to follow a network that changes. */
const memory = 4;
/** Seconds between two readings of the rate. */
const interval = 0.25;

/** Bytes done in each phase of a job, with a smoothed rate. The clock is passed in. */
export class ProgressMeter {
  /** What people should know besides, until the job ends: that a source was given up, for example. */
  remark: string | null = null;
  readonly #now: () => number;
  #phase = 'Waiting';
  #total: number | null = null;
  #done = 0;
  #rate: number | null = null;
  #readAt = 0;
  #readDone = 0;
  #followed: Progress | null = null;

  /** @param now milliseconds on a clock that only goes forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param done bytes that were there already, and say nothing about the rate */
  begin(phase: string, total: number | null = null, done = 0): void {
    this.#phase = phase;
    this.#total = total;
    this.#done = done;
    this.#rate = null;
    this.#readAt = this.#now();
    this.#readDone = done;
  }

  /** @param done bytes of this phase so far */
  update(done: number, total: number | null = this.#total): void {
    this.#done = done;
    this.#total = total;
    const elapsed = (this.#now() - this.#readAt) / 1000;
    if (elapsed < interval) return;
    const current = Math.max(0, done - this.#readDone) / elapsed;
    const weight = 1 - Math.exp(-elapsed / memory);
    this.#rate = this.#rate === null ? current : this.#rate + weight * (current - this.#rate);
    this.#readAt = this.#now();
    this.#readDone = done;
  }

  /** Shows what another meter read, in place of its own. */
  follow(progress: Progress): void {
    this.#followed = progress;
  }

  get progress(): Progress {
    if (this.#followed) return this.#followed;
    const rate = this.#rate;
    const left = this.#total === null ? null : Math.max(0, this.#total - this.#done);
    return {
      phase: this.#phase,
      remark: this.remark,
      doneBytes: this.#done,
      totalBytes: this.#total,
      bytesPerSecond: rate,
      secondsLeft: left === null || rate === null || rate <= 0 ? null : left / rate,
    };
  }
}
