import type { ParityCheck } from '../contract/run';
import { maximumAbsoluteDifference } from '../measures/vectors';
import { parityCheck } from './parity-check';

/**
 * Parity of the lens: final norm and unembedding of the captured last residual stream must give the logits the pass itself
 * gave. Watches the first passes of a run as they happen.
 */
export class LensCheck {
  #passes = 0;
  #difference = 0;

  wantsMore(limit: number): boolean {
    return this.#passes < limit;
  }

  /** @param lens logits read from the last residual stream; `logits` those of the pass. Length V. */
  observe(lens: Float32Array, logits: Float32Array): void {
    this.#passes++;
    this.#difference = Math.max(this.#difference, maximumAbsoluteDifference(lens, logits));
  }

  result(): ParityCheck {
    return parityCheck('lastLayerLensEqualsLogits', this.#difference, `all logits of the first ${this.#passes} passes`);
  }
}
