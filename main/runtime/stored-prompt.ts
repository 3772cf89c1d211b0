import type { PromptCache } from './decoder';
import type { CacheMemory, Segment } from './passes';

/** Keys and values of a prompt, and the memory they go back to. */
export class StoredPrompt implements PromptCache {
  #segment: Segment | null;

  constructor(
    readonly memory: CacheMemory,
    readonly length: number,
    segment: Segment,
  ) {
    this.#segment = segment;
  }

  /** @throws Error after `dispose` */
  segment(): Segment {
    if (!this.#segment) throw new Error('This prompt has been disposed of');
    return this.#segment;
  }

  dispose(): void {
    for (const array of [...(this.#segment?.keys ?? []), ...(this.#segment?.values ?? [])]) this.memory.free(array);
    this.#segment = null;
  }
}
