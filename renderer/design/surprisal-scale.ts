/** Stops of the surprisal scale (`--surprisal-0` … `--surprisal-8`) and the bits they stand for. */
export const surprisalStops = 9;
/** Bits from one stop to the next: the scale ends at 4 bits and stays there. */
export const bitsPerStop = 0.5;

/**
 * Background of a cell with this surprisal (or, for a thought, entropy).
 * @param bits NaN where the step has none: no colour
 * @returns a CSS colour
 */
export function surprisalColour(bits: number): string {
  if (Number.isNaN(bits) || bits < bitsPerStop / 4) return 'transparent';
  const stop = Math.min(surprisalStops - 1, Math.max(1, Math.round(bits / bitsPerStop)));
  return `var(--surprisal-${stop})`;
}
