import type { LaneRecord } from '../../../main/contract/run';

/** What a lane spent, a column of the cost table. */
export type CostQuantity =
  | 'steps'
  | 'milliseconds'
  | 'tokensPerSecond'
  | 'millisecondsPerStep'
  | 'serialDepth'
  | 'positions'
  | 'flops'
  | 'cacheBytes';

export interface CostColumn {
  readonly quantity: CostQuantity;
  readonly title: string;
  readonly unit: string;
  /** What the quantity is and how it comes about, in one sentence. */
  readonly note: string;
}

export const costColumns: readonly CostColumn[] = [
  { quantity: 'steps', title: 'Steps', unit: '', note: 'Positions produced after the prompt, all branches together.' },
  {
    quantity: 'milliseconds',
    title: 'Wall time',
    unit: 'ms',
    note: 'From the lane’s first forward pass after the prompt to its last. In lockstep, lanes share passes, so their times overlap.',
  },
  { quantity: 'tokensPerSecond', title: 'Rate', unit: 'steps/s', note: 'Steps of all branches over the lane’s wall time.' },
  {
    quantity: 'millisecondsPerStep',
    title: 'Per step',
    unit: 'ms',
    note: 'Wall time over steps. Branches stepped in one batch share a pass, so it can be below the time of one pass.',
  },
  {
    quantity: 'serialDepth',
    title: 'Serial depth',
    unit: 'layers',
    note: 'Layers × sequential positions of the longest branch: the longest chain of computation that cannot be done at once.',
  },
  { quantity: 'positions', title: 'Positions', unit: '', note: 'Positions run through the model after the prompt, all branches together.' },
  {
    quantity: 'flops',
    title: 'Arithmetic',
    unit: 'FLOP',
    note: 'Floating-point operations after the prompt, two for each multiply-add; counted, not measured.',
  },
  {
    quantity: 'cacheBytes',
    title: 'Own cache',
    unit: 'B',
    note: 'Bytes of keys and values the lane adds; the prompt’s are shared by all lanes and not counted.',
  },
];

/** One quantity of one lane; null until the lane has anything to say. */
export function costOf(record: LaneRecord | null, quantity: CostQuantity): number | null {
  if (record === null || record.state === 'waiting') return null;
  switch (quantity) {
    case 'steps':
    case 'milliseconds':
    case 'tokensPerSecond':
      return record[quantity];
    case 'millisecondsPerStep':
      return record.steps > 0 ? record.milliseconds / record.steps : null;
    case 'serialDepth':
    case 'positions':
    case 'flops':
    case 'cacheBytes':
      return record.cost[quantity];
    default:
      return quantity satisfies never;
  }
}

export interface CostCell {
  readonly value: number | null;
  /** Over the largest value of the column, 0 to 1, across all runs shown. */
  readonly share: number;
}

/** A row of cells for each lane, in the order of `costColumns`. */
export function costRows(records: readonly (LaneRecord | null)[]): CostCell[][] {
  const largest = costColumns.map(({ quantity }) => Math.max(0, ...records.map((record) => costOf(record, quantity) ?? 0)));
  return records.map((record) =>
    costColumns.map(({ quantity }, column) => {
      const value = costOf(record, quantity);
      const limit = largest[column] ?? 0;
      return { value, share: value === null || limit === 0 ? 0 : value / limit };
    }),
  );
}
