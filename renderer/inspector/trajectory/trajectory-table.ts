import type { Trajectory } from '../../../main/contract/protocol';
import type { Table } from '../export/save-table';

/** A row per point; steps count from 0, as in the trace. */
export function trajectoryTable(trajectory: Trajectory): Table {
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
    rows: trajectory.paths.flatMap((path) =>
      path.points.map((point, step) => [
        path.run,
        path.lane,
        path.branch,
        step,
        path.kinds[step] ?? null,
        path.captions[step] ?? null,
        point[0] ?? null,
        point[1] ?? null,
        path.shuffled[step]?.[0] ?? null,
        path.shuffled[step]?.[1] ?? null,
        trajectory.stream,
        trajectory.explained[0] ?? null,
        trajectory.explained[1] ?? null,
        trajectory.residual,
      ]),
    ),
  };
}
