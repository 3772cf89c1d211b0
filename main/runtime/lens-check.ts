import type { ParityCheck } from '../contract/run';
import { absolute, type Comparison, parityCheck } from './parity-check';

/**
 * Parity of the lens: final norm and unembedding of the captured last residual stream must give the logits the pass itself
 * gave. Watches the first passes of a run as they happen.
 */
export class LensCheck {
  #passes = 0;
  #difference = 0;

  constructor(private readonly comparison: Comparison = absolute) {}

  wantsMore(limit: number): boolean {
    return this.#passes < limit;
  }

  /** @param lens logits read from the last residual stream; `logits` those of the pass. Length V. */
  observe(lens: Float32Array, logits: Float32Array): void {
    this.#passes++;
    this.#difference = Math.max(this.#difference, this.comparison.measure(lens, logits));
  }

  result(): ParityCheck {
    return parityCheck('lastLayerLensEqualsLogits', this.#difference, `all logits of the first ${this.#passes} passes`, this.comparison);
  }
}
