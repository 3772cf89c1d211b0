import type { LensOfPasses } from './packed-readings';
import type { CacheArray, CacheKind, CacheMemory, Pass, Passes, PassOutputs } from './passes';

/** The passes of one decoder, one after the other, and the memory they read. */
export class PassQueue implements CacheMemory {
  #last: Promise<void> = Promise.resolve();
  #released = false;

  constructor(private readonly passes: Passes) {}

  /** Passes share the cache, so work asked for before the last has ended (by another run) waits for it. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** To be called in `alone`. */
  async run(pass: Pass): Promise<PassOutputs> {
    return this.passes.run(pass);
  }

  /** Reads the lens between passes; null where they cannot. */
  get lens(): LensOfPasses | null {
    const { lens } = this.passes;
    if (!lens) return null;
    const { quickly } = lens;
    return {
      together: lens.together,
      read: async (...rows) => this.alone(async () => lens.read(...rows)),
      quickly: quickly && (async (...steps) => this.alone(async () => quickly(...steps))),
    };
  }

  get writesCache(): boolean {
    return this.passes.writesCache;
  }

  get cacheLines(): Readonly<Record<CacheKind, number>> {
    return this.passes.cacheLines;
  }

  floatsOf(keys: CacheArray, capacity: number): Float32Array {
    return this.passes.floatsOf(keys, capacity);
  }

  allocate(kind: CacheKind, positions: number): CacheArray {
    return this.passes.allocate(kind, positions);
  }

  /** Rows come and go while a pass reads them, so their memory is given back when what is under way has ended. */
  free(array: CacheArray): void {
    void this.#last.then(() => {
      if (!this.#released) this.passes.free(array);
    });
  }

  /** When what is under way has ended. */
  async release(): Promise<void> {
    await this.alone(async () => {
      this.#released = true;
      await this.passes.release();
    });
  }
}
