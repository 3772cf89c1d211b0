import type { KernelMemory } from './kernel-memory';

/** Room that passes write into and read again, by name; kept for the next pass, and larger when one needs more. */
export class Scratch {
  /** Changes whenever something moves. */
  moves = 0;
  readonly #places = new Map<string, { readonly at: number; readonly bytes: number }>();

  constructor(private readonly memory: KernelMemory) {}

  /** Address of so many bytes, which hold whatever was there. */
  bytes(name: string, count: number): number {
    const place = this.#places.get(name);
    if (place && place.bytes >= count) return place.at;
    if (place) this.memory.free(place.at);
    const at = this.memory.allocate(count);
    this.#places.set(name, { at, bytes: count });
    this.moves++;
    return at;
  }

  floats(name: string, count: number): number {
    return this.bytes(name, 4 * count);
  }

  /** Gives all of it back. */
  free(): void {
    for (const { at } of this.#places.values()) this.memory.free(at);
    this.#places.clear();
    this.moves++;
  }
}
