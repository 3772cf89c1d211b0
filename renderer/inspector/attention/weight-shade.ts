import { codeProbability } from '../../../main/contract/attention';
import { mix, type Rgb } from '../layers/colour';

/** How a weight becomes a shade, 0 to 1. */
export interface WeightShade {
  readonly id: 'root' | 'probability' | 'logarithm';
  readonly label: string;
  readonly note: string;
  readonly shade: (weight: number) => number;
  /** Weights at the ends of the scale. */
  readonly ends: readonly [string, string];
}

/** Decades of the logarithmic scale. */
const decades = 4;

export const weightShades = [
  {
    id: 'root',
    label: 'square root',
    note: 'Small weights are seen, large ones still differ',
    shade: Math.sqrt,
    ends: ['0', '1'],
  },
  { id: 'probability', label: 'weight', note: 'As it is: what is not strong is not seen', shade: (weight) => weight, ends: ['0', '1'] },
  {
    id: 'logarithm',
    label: 'logarithm',
    note: 'Four powers of ten: the faintest traces',
    shade: (weight) => Math.max(0, 1 + Math.log10(Math.max(weight, 1e-9)) / decades),
    ends: ['1e−4', '1'],
  },
] as const satisfies readonly WeightShade[];

export type WeightShadeId = (typeof weightShades)[number]['id'];

/** A weight of nothing is still told from what cannot be seen at all. */
const weakest = 0.04;

/**
 * Colours of the codes 0 to 255 as they stand in an `ImageData`: red, green, blue, alpha from the lowest byte up.
 * @param panel what is behind, and `hue` what a weight of 1 is
 */
export function colourTable({ shade }: WeightShade, panel: Rgb, hue: Rgb): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, code) => packed(mix(panel, hue, weakest + (1 - weakest) * shade(codeProbability(code)))));
}

/** @see colourTable; machines that run this all have their lowest byte first. */
export function packed([red, green, blue]: Rgb): number {
  return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
}
