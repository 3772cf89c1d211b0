/** Stops of the surprisal scale (`--surprisal-0` … `--surprisal-8`) and the bits they stand for. */
export const surprisalStops = 9;
/** Bits from one stop to the next: the scale ends at 4 bits and stays there. */
export const bitsPerStop = 0.5;

/**
 * Stop of the background of a cell with this surprisal (or, for a thought, entropy); null for no colour.
 * @param bits NaN where the step has none
 */
export function surprisalStop(bits: number): number | null {
  if (Number.isNaN(bits) || bits < bitsPerStop / 4) return null;
  return Math.min(surprisalStops - 1, Math.max(1, Math.round(bits / bitsPerStop)));
}
