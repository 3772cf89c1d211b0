import type { Table, TableCell } from '../export/save-table';
import type { LaneEntry, StepUnderCursor } from '../shared/lane-entries';
import { candidateRows } from './candidate-rows';

export interface LaneCandidates {
  readonly entry: LaneEntry;
  readonly step: StepUnderCursor | null;
}

/** Everything recorded of the candidates under the cursor, for every lane. */
export function candidateTable(lanes: readonly LaneCandidates[], watch: readonly string[]): Table {
  const rows = lanes.flatMap(({ entry, step }): TableCell[][] => {
    if (step === null) return [];
    const { vocabulary, layout } = entry.lane.modelInfo;
    const watched = watch.map((token) => vocabulary.indexOf(token)).filter((id) => id >= 0);
    return candidateRows(step.record, vocabulary, layout.candidates, { count: 2 * layout.candidates, atLeast: 0 }, watched).map((row) => [
      entry.run.id,
      entry.lane.lane,
      entry.style.title,
      entry.branch?.branch ?? null,
      step.index,
      row.id,
      row.text,
      row.before,
      row.after,
      row.rank,
      row.chosen,
    ]);
  });
  return {
    columns: [
      'run',
      'lane',
      'lane_name',
      'branch',
      'step',
      'token_id',
      'token',
      'probability_before_sampler',
      'probability_after_sampler',
      'rank',
      'emitted',
    ],
    rows,
  };
}
