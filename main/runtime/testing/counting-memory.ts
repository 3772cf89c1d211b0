import type { CacheArray, CacheKind, CacheMemory } from '../passes';

/** Memory that knows what has not been given back, and refuses what is not its own. */
export class CountingMemory implements CacheMemory {
  readonly writesCache = false;
  readonly #live = new Set<CacheArray>();

  /** @param cacheLines of keys and of values, which may differ */
  constructor(
    readonly cacheLines: Readonly<Record<CacheKind, number>>,
    private readonly make = (length: number): Float32Array => new Float32Array(length),
  ) {}

  /** Arrays allocated and not freed. */
  get live(): number {
    return this.#live.size;
  }

  allocate(kind: CacheKind, positions: number): Float32Array {
    const array = this.make(this.cacheLines[kind] * positions);
    this.#live.add(array);
    return array;
  }

  /** What is freed is spoilt, so that whoever still reads it is found out. */
  free(array: CacheArray): void {
    if (!this.#live.delete(array)) throw new Error('Freed twice, or allocated elsewhere');
    array.fill(NaN);
  }
}
