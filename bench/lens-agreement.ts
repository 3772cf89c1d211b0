import { decodeReading, readingLength } from '../main/contract/frame';
import type { LayerReading } from '../main/contract/steps';

/** How near quick readings are to those in full. */
export interface LensAgreement {
  readonly readings: number;
  /** Of a hundred, those whose most probable token is the same. */
  readonly sameFirst: number;
  /** Difference of the emitted token's probability: mean, of which 99 of 100 are less, and most. */
  readonly probability: Differences;
  /** In bits. */
  readonly entropy: Differences;
  /** Of the logarithms of its rank. */
  readonly rank: Differences;
}

interface Differences {
  readonly mean: number;
  readonly percentile99: number;
  readonly most: number;
}

/** @param lens candidates kept of each @param quick readings, packed, in the same order as those in full @throws Error where there are not as many */
export function agreementOf(lens: number, quick: readonly Float32Array[], full: readonly Float32Array[]): LensAgreement {
  const length = readingLength(lens);
  const readingsOf = (parts: readonly Float32Array[]): LayerReading[] =>
    parts.flatMap((packed) => Array.from({ length: packed.length / length }, (_, i) => decodeReading(lens, packed, i * length)));
  const others = readingsOf(full);
  const pairs = readingsOf(quick).map((one, i) => {
    const other = others[i];
    if (!other) throw new Error(`There are ${others.length} readings in full, and more quick ones`);
    return { one, other };
  });
  const differences = (of: (reading: LayerReading) => number): Differences => {
    const sorted = pairs.map(({ one, other }) => Math.abs(of(one) - of(other))).toSorted((a, b) => a - b);
    const mean = sorted.reduce((sum, difference) => sum + difference, 0) / sorted.length;
    return { mean, percentile99: sorted[Math.floor(0.99 * sorted.length)] ?? NaN, most: sorted.at(-1) ?? NaN };
  };
  return {
    readings: pairs.length,
    sameFirst: (100 * pairs.filter(({ one, other }) => one.top.ids[0] === other.top.ids[0]).length) / pairs.length,
    probability: differences(({ probability }) => probability),
    entropy: differences(({ entropy }) => entropy),
    rank: differences(({ rank }) => Math.log(rank)),
  };
}
