import type { LayerReading } from '../../../main/contract/steps';
import { formatNumber } from '../../design/format';
import { probability, whole } from '../format';

/** What a cell of the heatmap stands for. */
export interface LensMeasure {
  readonly id: 'probability' | 'rank' | 'entropy';
  readonly label: string;
  readonly note: string;
  /** Ends of the scale, weakest and strongest shade. */
  readonly ends: (vocabulary: number) => readonly [string, string];
  /** Shade of a reading, 0 to 1; NaN where it was not recorded. */
  readonly shade: (reading: LayerReading, vocabulary: number) => number;
  readonly text: (reading: LayerReading) => string;
}

const within = (value: number): number => Math.min(1, Math.max(0, value));

export const lensMeasures = [
  {
    id: 'probability',
    label: 'probability',
    note: 'Probability of the emitted token at this layer',
    ends: () => ['0', '1'],
    shade: (reading) => within(reading.probability),
    text: (reading) => probability(reading.probability),
  },
  {
    id: 'rank',
    label: 'rank',
    note: 'Rank of the emitted token at this layer, on a logarithmic scale',
    ends: (vocabulary) => [whole(vocabulary), '1'],
    shade: (reading, vocabulary) => within(1 - Math.log(reading.rank) / Math.log(Math.max(2, vocabulary))),
    text: (reading) => (Number.isFinite(reading.rank) ? `#${reading.rank}` : '–'),
  },
  {
    id: 'entropy',
    label: 'entropy',
    note: 'Entropy of the lens at this layer',
    ends: (vocabulary) => ['0 b', `${formatNumber(Math.log2(vocabulary), 1)} b`],
    shade: (reading, vocabulary) => within(reading.entropy / Math.log2(Math.max(2, vocabulary))),
    text: (reading) => `${formatNumber(reading.entropy)} b`,
  },
] as const satisfies readonly LensMeasure[];

export type LensMeasureId = (typeof lensMeasures)[number]['id'];
