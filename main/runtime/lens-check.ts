import { toErrorReport } from '../contract/errors';
import type { ParityCheck } from '../contract/run';
import type { Decoder } from './decoder';
import { absolute, type Comparison, parityCheck } from './parity-check';

/** A pass whose last residual stream [D] is read when the run is over, to be compared with its logits [V]. */
interface KeptPass {
  readonly last: Float32Array;
  readonly logits: Float32Array;
}

/**
 * Parity of the lens: final norm and unembedding of the captured last residual stream must give the logits the pass itself
 * gave. Watches the first passes of a run as they happen.
 */
export class LensCheck {
  #passes = 0;
  #difference = 0;
  readonly #kept: KeptPass[] = [];

  constructor(private readonly comparison: Comparison = absolute) {}

  wantsMore(limit: number): boolean {
    return this.#passes + this.#kept.length < limit;
  }

  /** @param lens logits read from the last residual stream; `logits` those of the pass. Length V. */
  observe(lens: Float32Array, logits: Float32Array): void {
    this.#passes++;
    this.#difference = Math.max(this.#difference, this.comparison.measure(lens, logits));
  }

  /** A pass whose lens would hold up the run: `result` reads it. */
  keep(pass: KeptPass): void {
    this.#kept.push(pass);
  }

  async result(decoder: Decoder): Promise<ParityCheck> {
    const name = 'lastLayerLensEqualsLogits';
    try {
      const kept = this.#kept.splice(0);
      // Together, so that the unembedding is gone through once.
      if (kept.length > 0) {
        const lenses = await decoder.lens(Float32Array.from(kept.flatMap(({ last }) => [...last])));
        for (const [i, { logits }] of kept.entries())
          this.observe(lenses.subarray(i * decoder.vocabulary, (i + 1) * decoder.vocabulary), logits);
      }
    } catch (thrown) {
      return parityCheck(name, Infinity, `nothing: reading the lens failed (${toErrorReport(thrown).message})`, this.comparison);
    }
    return parityCheck(
      name,
      this.#difference,
      `all logits of the first ${this.#passes === 1 ? 'pass' : `${this.#passes} passes`}`,
      this.comparison,
    );
  }
}
