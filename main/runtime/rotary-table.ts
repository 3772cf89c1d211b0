import type { RotarySpec } from '../graph/decoder-spec';

/** Cosines and sines of every position's angles, each [positions, Hd / 2]. */
export interface RotaryTable {
  readonly positions: number;
  readonly cosines: Float32Array;
  readonly sines: Float32Array;
}

/**
 * Angle of position p at pair i: p · theta^(-2i / Hd) / factor i. Frequencies and angles are rounded to 32 bits as the reference
 * implementations do, so that late positions agree with them and not only with the formula.
 * @source arXiv 2104.09864, section 3.2.2
 */
export function rotaryTable(spec: RotarySpec, headWidth: number, positions: number): RotaryTable {
  const half = headWidth / 2;
  const { magnitude = 1 } = spec;
  const cosines = new Float32Array(positions * half);
  const sines = new Float32Array(positions * half);
  for (let pair = 0; pair < half; pair++) {
    const unscaled = Math.fround(1 / Math.fround(spec.theta ** ((2 * pair) / headWidth)));
    const frequency = Math.fround(unscaled / (spec.frequencyFactors?.[pair] ?? 1));
    for (let position = 0; position < positions; position++) {
      const angle = Math.fround(position * frequency);
      cosines[position * half + pair] = Math.cos(angle) * magnitude;
      sines[position * half + pair] = Math.sin(angle) * magnitude;
    }
  }
  return { positions, cosines, sines };
}
