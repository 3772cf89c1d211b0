import type { StepRecord } from '../../../main/contract/steps';
import { type LaneStyle, laneStyles } from '../../design/lane-style';
import type { BranchView, LaneView, PanelProps, RunView } from '../../state/run-view';

/** One lane of one run with how it looks; the unit every panel lists. */
export interface LaneEntry {
  readonly key: string;
  readonly run: RunView;
  readonly lane: LaneView;
  /** The branch shown, or null while the lane has none. */
  readonly branch: BranchView | null;
  readonly style: LaneStyle;
  /** Row of the run on screen, 0 = top. */
  readonly row: number;
  /** Lane's name, after the number of its row where there are several. */
  readonly title: string;
}

/** All lanes on screen, row by row. */
export function laneEntries(runs: readonly RunView[]): LaneEntry[] {
  return runs.flatMap((run, row) => {
    const styles = laneStyles(run.lanes.map((lane) => lane.settings));
    return run.lanes.flatMap((lane, place) => {
      const style = styles[place];
      if (style === undefined) return [];
      return [
        {
          key: `${run.id}/${lane.lane}`,
          run,
          lane,
          branch: lane.branches.find((branch) => branch.branch === lane.shown) ?? null,
          style,
          row,
          title: runs.length > 1 ? `${row + 1} · ${style.title}` : style.title,
        },
      ];
    });
  });
}

export interface StepUnderCursor {
  readonly index: number;
  readonly record: StepRecord;
}

/** The step of a lane's shown branch that stands under the cursor, where it has one. */
export function entryStep(entry: LaneEntry, stepUnderCursor: PanelProps['stepUnderCursor']): StepUnderCursor | null {
  const index = stepUnderCursor(entry.run, entry.lane);
  const record = index === null ? undefined : entry.branch?.steps.at(index);
  return index === null || record === undefined ? null : { index, record };
}

/** The lane the cursor is on, else the first. */
export function cursorEntry(entries: readonly LaneEntry[], cursor: PanelProps['cursor']): LaneEntry | undefined {
  return entries.find((entry) => entry.run.id === cursor?.run && entry.lane.lane === cursor.lane) ?? entries[0];
}
