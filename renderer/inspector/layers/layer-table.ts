import type { Table, TableCell } from '../export/save-table';
import type { LaneEntry } from '../shared/lane-entries';

/** The lens of the lanes shown: a row per step and residual stream. */
export function layerTable(entries: readonly LaneEntry[]): Table {
  const rows = entries.flatMap((entry): TableCell[][] => {
    const { vocabulary } = entry.lane.modelInfo;
    const length = entry.branch?.steps.length ?? 0;
    return Array.from({ length }, (_, step) => entry.branch?.steps.at(step)).flatMap((record, step) =>
      (record?.layers ?? []).map((reading, stream): TableCell[] => [
        entry.run.id,
        entry.lane.lane,
        entry.style.title,
        entry.branch?.branch ?? null,
        step,
        stream,
        vocabulary[record?.targetId ?? -1] ?? null,
        reading.probability,
        reading.rank,
        reading.entropy,
        reading.norm,
        entry.branch?.steps.lensOf(step, stream) ?? null,
        reading.top.ids.map((id) => vocabulary[id] ?? `#${id}`).join(' '),
        reading.top.probabilities.join(' '),
      ]),
    );
  });
  return {
    columns: [
      'run',
      'lane',
      'lane_name',
      'branch',
      'step',
      'residual_stream',
      'target',
      'target_probability',
      'target_rank',
      'entropy_bits',
      'norm',
      'lens',
      'top_tokens',
      'top_probabilities',
    ],
    rows,
  };
}
