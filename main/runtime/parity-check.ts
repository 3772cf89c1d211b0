import type { ParityCheck } from '../contract/run';

/** The largest absolute difference, in logits or hidden units, that rounding in 32 bits explains. */
const tolerance = 1e-4;

/** A difference that is not finite, or could not be measured, is written as the largest number a record can hold. */
export function parityCheck(name: ParityCheck['name'], difference: number, compared: string): ParityCheck {
  const maximumDifference = Number.isFinite(difference) ? difference : Number.MAX_VALUE;
  return { name, passed: maximumDifference <= tolerance, maximumDifference, tolerance, compared };
}
