import type { LaneEntry } from '../shared/lane-entries';
import type { Table, TableCell } from '../export/save-table';
import { stepOfPosition, tokenAt } from './sequence-tokens';

/** One query position under every head. */
export interface AttentionRow {
  readonly position: number;
  readonly heads: number;
  /** [heads, position + 1] */
  readonly probabilities: Float32Array;
}

/** The weights under one head, or (null) their mean over all heads; one for each position seen. */
export function weightsOf({ position, heads, probabilities }: AttentionRow, head: number | null): Float32Array {
  const columns = position + 1;
  if (head !== null) return probabilities.subarray(head * columns, (head + 1) * columns);
  return Float32Array.from({ length: columns }, (_, column) => {
    let sum = 0;
    for (let each = 0; each < heads; each++) sum += probabilities[each * columns + column] ?? 0;
    return sum / heads;
  });
}

export interface Attended {
  readonly position: number;
  readonly weight: number;
}

/** The positions most attended to, the strongest first; of equal ones the later first. */
export function mostAttended(weights: Float32Array, count: number): readonly Attended[] {
  const top: Attended[] = [];
  weights.forEach((weight, position) => {
    const last = top.at(-1);
    if (weight === 0 || (top.length >= count && last !== undefined && weight < last.weight)) return;
    const place = top.findIndex((other) => other.weight <= weight);
    top.splice(place < 0 ? top.length : place, 0, { position, weight });
    if (top.length > count) top.pop();
  });
  return top;
}

/** The exact row as a table: a line per position seen, a column per head. */
export function rowTable(entry: LaneEntry, layer: number, row: AttentionRow): Table {
  const mean = weightsOf(row, null);
  const heads = Array.from({ length: row.heads }, (_, head) => weightsOf(row, head));
  const rows = Array.from({ length: row.position + 1 }, (_, position): TableCell[] => {
    const token = tokenAt(entry, position);
    return [
      entry.run.id,
      entry.lane.lane,
      entry.branch?.branch ?? null,
      layer + 1,
      row.position,
      stepOfPosition(entry, row.position),
      position,
      token.kind,
      token.text,
      mean[position] ?? NaN,
      ...heads.map((weights) => weights[position] ?? NaN),
    ];
  });
  return {
    columns: [
      'run',
      'lane',
      'branch',
      'layer',
      'query_position',
      'query_step',
      'key_position',
      'key_kind',
      'key_token',
      'mean',
      ...heads.map((_, head) => `head_${head + 1}`),
    ],
    rows,
  };
}
