import type { StepColumn } from '../state/run-view';

/** What the timeline can draw over the steps. */
export interface TimelineMeasure {
  readonly id: 'entropy' | 'surprisal' | 'norm' | 'cosine';
  readonly title: string;
  /** Stands under the title and on the axis. */
  readonly unit: string;
  /** Stands behind a value. */
  readonly suffix: string;
  readonly column: StepColumn;
  readonly decimals: number;
  /** Lowest value of the axis; null lets the data say. */
  readonly floor: number | null;
  readonly description: string;
}

export const timelineMeasures = [
  {
    id: 'entropy',
    title: 'Entropy',
    unit: 'bits',
    suffix: ' b',
    column: 'entropy',
    decimals: 2,
    floor: 0,
    description: 'Entropy of the full-vocabulary distribution each step was drawn from, at temperature 1',
  },
  {
    id: 'surprisal',
    title: 'Surprisal',
    unit: 'bits',
    suffix: ' b',
    column: 'surprisal',
    decimals: 2,
    floor: 0,
    description: 'Minus log2 of the emitted token’s probability at temperature 1; a thought emits no token and has none',
  },
  {
    id: 'norm',
    title: 'Residual norm',
    unit: 'L2, last layer',
    suffix: '',
    column: 'norm',
    decimals: 1,
    floor: 0,
    description: 'Euclidean norm of the residual stream after the last layer',
  },
  {
    id: 'cosine',
    title: 'Cosine',
    unit: 'to previous step',
    suffix: '',
    column: 'cosineToPrevious',
    decimals: 2,
    floor: null,
    description: 'Cosine of the post-norm hidden state to that of the step before',
  },
] as const satisfies readonly TimelineMeasure[];

export type TimelineMeasureId = (typeof timelineMeasures)[number]['id'];
