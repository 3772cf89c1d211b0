import type { ParityCheck } from '../contract/run';
import { maximumAbsoluteDifference, relativeDifference } from '../measures/vectors';
import type { InputBits } from './passes';

/** How two readings of the same thing are compared, and how far they may be apart. */
export interface Comparison {
  readonly measure: (read: Float32Array, reference: Float32Array) => number;
  readonly tolerance: number;
  /** For people, behind what was compared. */
  readonly unit: string;
}

/** The largest absolute difference, in logits or hidden units, that rounding in 32 bits explains in a small model. */
export const absolute: Comparison = { measure: maximumAbsoluteDifference, tolerance: 1e-4, unit: '' };

/** Larger models have larger numbers, so there the difference is taken relative to their size. */
const relative = (tolerance: number): Comparison => ({ measure: relativeDifference, tolerance, unit: ', relative to their size' });

/** Said of comparisons through rounded inputs. */
export const rounding: Readonly<Record<InputBits, string>> = {
  8: '; coarse, because inputs are rounded to 8 bits',
  16: '; inputs are rounded to 16 bits',
  32: '',
};

/**
 * How far two readings of the same may be apart. Where inputs of products are rounded, a last bit that falls the other way is carried on by
 * every layer. Measured on SmolLM2-135M in 4 bits, cached against uncached: with inputs in 8 bits 0.04 to 0.11 in each of six runs, in 16 bits
 * at most 4e-4, with nothing rounded at most 2e-5. A prompt of some twenty tokens that lacks the token before the last differs by 0.48 at
 * the last, with two swapped by 0.21, lacking an early one by 0.13.
 */
export function comparisonFor(inputBits: InputBits, isTiny: boolean): Comparison {
  const { unit, ...comparison } = { 8: relative(0.15), 16: relative(2e-3), 32: isTiny ? absolute : relative(1e-4) }[inputBits];
  return { ...comparison, unit: `${unit}${rounding[inputBits]}` };
}

/**
 * How far a model on a device may be from plain arithmetic. Measured on SmolLM2-135M on a CPU: 1.4e-5 with weights in 32 bits; with 4 or 8
 * bits 3e-6 to 5e-6 where inputs are not rounded, 1e-4 to 3e-4 where they are to 16 bits, and 0.05 to 0.14 to 8: that limit is coarse,
 * and what is below it is left to the exact check (`main/host/check-model.ts`).
 */
export function referenceTolerance(inputBits: InputBits): number {
  return { 8: 0.25, 16: 2e-3, 32: 2e-4 }[inputBits];
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
