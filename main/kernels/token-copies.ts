import type { KernelProduct } from './kernel-weights';
import type { OperationSettings } from './operations';

/** Copies held at a time: 6 MB of SmolLM2, of which a picture of 3 600 readings needs about half. */
const mostCopies = 12288;

/**
 * Copies of tokens' rows of the unembedding, each by itself, as assembly/sketch.ts reads them: among sixteen that lie together a row is spread over
 * sixteen times as many lines of memory.
 */
export class TokenCopies {
  readonly at: number;
  /** Bytes of a copy. */
  readonly bytes: number;
  readonly #settings: OperationSettings;
  readonly #capacity: number;
  /** Address of [V]: where the copy of each token is, or -1. */
  readonly placesAt: number;
  readonly #places: Int32Array;
  readonly #fixed: number;
  #used = 0;
  #wanted: number[] = [];
  readonly #args: number;
  readonly #tokens: number;
  readonly #to: number;

  /** @param fixed tokens whose copies stay, in the first places */
  constructor(settings: OperationSettings, product: KernelProduct, fixed: readonly number[]) {
    const { kernels, spec } = settings;
    const [matrix] = product.matrices;
    if (!matrix) throw new Error('There is no matrix of the vocabulary');
    const { memory } = kernels;
    this.#settings = settings;
    this.#capacity = Math.min(mostCopies, spec.vocabulary);
    this.placesAt = memory.allocate(4 * spec.vocabulary);
    this.#places = memory.integers(this.placesAt, spec.vocabulary).fill(-1);
    this.#fixed = fixed.length;
    this.bytes = 40 * matrix.blocks;
    this.at = memory.allocate(this.bytes * this.#capacity);
    this.#tokens = memory.allocate(4 * this.#capacity);
    this.#to = memory.allocate(4 * this.#capacity);
    const { bits, integers, scales, offsets, factor, blocks, narrow } = matrix;
    const { together, inBytes } = product;
    const stored = { bits, integers, scales, offsets, factor, blocks, narrow, together, inBytes: inBytes ? 1 : 0 };
    this.#args = kernels.prepare('copyToken', {
      ...stored,
      tokens: this.#tokens,
      places: this.#to,
      copies: this.at,
      bytes: this.bytes,
    });
    for (const token of fixed) this.place(token);
    this.fetch();
  }

  /** Gives the copy of a token a place, to be filled when it has been fetched. @returns false where there is no more room */
  place(token: number): boolean {
    if ((this.#places[token] ?? -1) >= 0) return true;
    if (this.#used >= this.#capacity) return false;
    this.#places[token] = this.#used++;
    this.#wanted.push(token);
    return true;
  }

  /** Makes the copies that have been given a place. */
  fetch(): void {
    const { kernels } = this.#settings;
    const count = this.#wanted.length;
    if (count === 0) return;
    kernels.memory.integers(this.#tokens, count).set(this.#wanted);
    kernels.memory.integers(this.#to, count).set(this.#wanted.map((token) => this.#places[token] ?? 0));
    kernels.run('copyToken', this.#args, count);
    this.#wanted = [];
  }

  /** Forgets what is not to stay, where it takes more than half of the room. */
  tidy(): void {
    if (this.#used <= this.#capacity / 2) return;
    for (const [token, place] of this.#places.entries()) if (place >= this.#fixed) this.#places[token] = -1;
    this.#used = this.#fixed;
  }
}
