import type { ParityCheck } from '../contract/run';
import { maximumAbsoluteDifference, relativeDifference } from '../measures/vectors';
import type { LoadedModel } from './decoder';

type Rounding = Pick<LoadedModel, 'dtype' | 'arithmetic'>;

/** Whether passes round the inputs of products to 8 bits, which only a coarse limit allows for. */
export function roundsInputs({ dtype, arithmetic }: Rounding): boolean {
  return arithmetic === 'fast' && (dtype === 'int4' || dtype === 'int8');
}

/** How two readings of the same thing are compared, and how far they may be apart. */
export interface Comparison {
  readonly measure: (read: Float32Array, reference: Float32Array) => number;
  readonly tolerance: number;
  /** For people, behind what was compared. */
  readonly unit: string;
}

/** The largest absolute difference, in logits or hidden units, that rounding in 32 bits explains in a small model. */
export const absolute: Comparison = { measure: maximumAbsoluteDifference, tolerance: 1e-4, unit: '' };

/**
 * Larger models have larger numbers, so there the difference is taken relative to their size. With weights in 4 or 8 bits the inputs of
 * every product are rounded to 8 bits as well; a last bit that falls the other way is carried on by every layer. Measured on
 * SmolLM2-135M in 4 bits: cached against uncached hidden states differed by 0.04 to 0.11 at the most in each of six runs. A prompt of some
 * twenty tokens that lacks the token before the last differs by 0.48 at the last, with two swapped by 0.21, lacking an early one by 0.13:
 * the least of faults can hide in this rounding, and are seen where nothing is rounded: there the two differ by at most 2e-5.
 */
const relative = (tolerance: number): Comparison => ({ measure: relativeDifference, tolerance, unit: ', relative to their size' });

/** Said of comparisons through rounded inputs. */
export const coarse = '; coarse, because inputs are rounded to 8 bits';

export function comparisonFor(model: Rounding, isTiny: boolean): Comparison {
  if (roundsInputs(model)) return { ...relative(0.15), unit: `, relative to their size${coarse}` };
  return isTiny ? absolute : relative(1e-4);
}

/**
 * How far a model on a device may be from plain arithmetic. Measured on SmolLM2-135M on a CPU: 1.4e-5 in 32 bits, 3e-6 to 5e-6 with
 * weights in 4 or 8 bits where inputs are not rounded. Where they are, 0.05 to 0.14: that limit is coarse, and what is below it is left to
 * the exact check (`main/host/check-model.ts`).
 */
export function referenceTolerance(model: Rounding): number {
  return roundsInputs(model) ? 0.25 : 2e-4;
}

/** A difference that is not finite, or could not be measured, is written as the largest number a record can hold. */
export function parityCheck(
  name: ParityCheck['name'],
  difference: number,
  compared: string,
  { tolerance, unit }: Comparison = absolute,
): ParityCheck {
  const maximumDifference = Number.isFinite(difference) ? difference : Number.MAX_VALUE;
  return { name, passed: maximumDifference <= tolerance, maximumDifference, tolerance, compared: `${compared}${unit}` };
}
