/** Parts of a unit the fine table has; a power of two. */
const parts = 1024;
/** From here down e^x is under the smallest normal number of 64 bits. */
const lowest = -708;

const wholes = Float64Array.from({ length: 1 - lowest }, (_, i) => Math.exp(-i));
const fractions = Float64Array.from({ length: parts }, (_, i) => Math.exp(-i / parts));

/**
 * e^x for x ≤ 0, within 1e-13 of it: two table entries and a cubic for the rest of under a thousandth. A vocabulary has fifty thousand
 * of them at every step, and `Math.exp` takes twice as long.
 * @returns 0 below -708, NaN for NaN
 */
export function expOfNegative(x: number): number {
  const scaled = x * -parts;
  if (!(scaled < -lowest * parts)) return x < 0 ? 0 : NaN;
  const steps = Math.trunc(scaled);
  const rest = (steps - scaled) * (1 / parts);
  return (wholes[steps >> 10] ?? 0) * (fractions[steps & (parts - 1)] ?? 0) * (1 + rest * (1 + rest * (0.5 + rest * (1 / 6))));
}
