/**
 * How rotary frequencies were stretched for longer texts than a model was first trained on. Wavelength of pair i:
 * 2π · theta^(2i / Hd) positions.
 */
export type RotaryScaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      /** Wavelengths above `originalPositions` / low are stretched by the factor, those below `originalPositions` / high are not. */
      readonly low: number;
      readonly high: number;
      readonly originalPositions: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      /** Pairs that turn more often than `fast` times within `originalPositions` are kept, those below `slow` times stretched. */
      readonly fast: number;
      readonly slow: number;
      readonly originalPositions: number;
      /** The band between is bounded by whole pairs. */
      readonly wholePairs: boolean;
    };

/** Frequency divided by the factor where `kept` is 0, left alone where it is 1, linear in the frequency between. */
const blend = (factor: number, kept: number): number => 1 / ((1 - kept) / factor + kept);

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/**
 * What the frequency of each of the Hd / 2 pairs is divided by; undefined where nothing is scaled.
 * @source linear: arXiv 2306.15595; llama3: `_compute_llama3_parameters` of transformers; yarn: arXiv 2309.00071, section 3.2
 */
export function frequencyFactors(scaling: RotaryScaling, theta: number, headWidth: number): readonly number[] | undefined {
  if (scaling.kind === 'none') return undefined;
  const pairs = Array.from({ length: headWidth / 2 }, (_, pair) => pair);
  if (scaling.kind === 'linear') return pairs.map(() => scaling.factor);
  const { factor, originalPositions } = scaling;
  if (scaling.kind === 'llama3') {
    const { low, high } = scaling;
    return pairs.map((pair) => {
      const turns = originalPositions / (2 * Math.PI * theta ** ((2 * pair) / headWidth));
      return blend(factor, clamp((turns - low) / (high - low)));
    });
  }
  const pairTurning = (times: number): number => (headWidth * Math.log(originalPositions / (times * 2 * Math.PI))) / (2 * Math.log(theta));
  const round = scaling.wholePairs ? { down: Math.floor, up: Math.ceil } : { down: Number, up: Number };
  const first = Math.max(round.down(pairTurning(scaling.fast)), 0);
  const last = Math.min(round.up(pairTurning(scaling.slow)), headWidth - 1);
  const width = first === last ? 0.001 : last - first;
  return pairs.map((pair) => blend(factor, 1 - clamp((pair - first) / width)));
}

/**
 * What YaRN multiplies cosines and sines with to keep attention as sharp as before.
 * @source arXiv 2309.00071, eq. 22 (its square root, applied to queries and keys alike)
 */
export function yarnMagnitude(factor: number, weight = 1): number {
  return factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
}
