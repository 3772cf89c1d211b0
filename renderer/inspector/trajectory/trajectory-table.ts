import type { Trajectory } from '../../../main/contract/protocol';
import type { Table, TableCell } from '../export/save-table';
import type { LaneEntry } from '../shared/lane-entries';
import { captionOf } from './caption';

/** A row per point; steps count from 0, as in the trace. */
export function trajectoryTable(trajectory: Trajectory, entries: readonly LaneEntry[]): Table {
  return {
    columns: [
      'run',
      'lane',
      'branch',
      'step',
      'kind',
      'caption',
      'component_1',
      'component_2',
      'shuffled_1',
      'shuffled_2',
      'residual_stream',
      'explained_1',
      'explained_2',
      'residual',
    ],
    rows: trajectory.paths.flatMap((path) => {
      const lane = entries.find(({ run, lane: { lane: place } }) => run.id === path.run && place === path.lane)?.lane;
      const steps = lane?.branches.find(({ branch }) => branch === path.branch)?.steps;
      return Array.from({ length: path.points.length / trajectory.components }, (_, step): TableCell[] => {
        const record = steps?.at(step);
        const at = step * trajectory.components;
        return [
          path.run,
          path.lane,
          path.branch,
          step,
          record?.kind ?? null,
          lane === undefined || record === undefined ? null : captionOf(lane, record),
          path.points[at] ?? null,
          path.points[at + 1] ?? null,
          path.shuffled[at] ?? null,
          path.shuffled[at + 1] ?? null,
          trajectory.stream,
          trajectory.explained[0] ?? null,
          trajectory.explained[1] ?? null,
          trajectory.residual,
        ];
      });
    }),
  };
}
