import type { Table, TableCell } from '../inspector/export/save-table';
import type { LaneEntry } from '../inspector/shared/lane-entries';
import { timelineMeasures } from './measures';

/** Every step of every line, whole: what the chart was thinned from. Step indices count from 0, as in the trace. */
export function timelineTable(entries: readonly LaneEntry[]): Table {
  const rows = entries.flatMap((entry): TableCell[][] => {
    const { branch } = entry;
    if (branch === null) return [];
    const columns = timelineMeasures.map((measure) => branch.steps.column(measure.column).slice());
    return Array.from({ length: branch.steps.length }, (_, step) => [
      entry.run.id,
      entry.lane.lane,
      entry.style.title,
      branch.branch,
      step,
      ...columns.map((values) => values[step] ?? null),
    ]);
  });
  return {
    columns: ['run', 'lane', 'lane_name', 'branch', 'step', 'entropy_bits', 'surprisal_bits', 'residual_norm', 'cosine_to_previous'],
    rows,
  };
}
