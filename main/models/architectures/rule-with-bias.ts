import type { WeightRule } from './weight-source';

/** Rules of a matrix or norm and of its bias, which checkpoints call the same but for the ending. */
export const withBias = (weight: string, name: string, rule: Omit<WeightRule, 'name'> = {}): [string, WeightRule][] => [
  [weight, { name: `${name}.weight`, ...rule }],
  [`${weight}.bias`, { name: `${name}.bias`, ...rule }],
];
