import type { LaneSettings } from '../../main/contract/lanes';
import { type LaneStyle, laneStyles } from '../design/lane-style';
import type { LaneView, RunView } from './run-view';
import type { WorkspaceDocument, WorkspaceRow } from './workspace-document';

/** A column of lanes on screen. */
export interface ScreenColumn {
  readonly key: string;
  readonly settings: LaneSettings;
  readonly style: LaneStyle;
  /** False for a column that only a recorded run has. */
  readonly editable: boolean;
}

export interface ScreenRow {
  readonly row: WorkspaceRow;
  /** Undefined until the run's first event has come. */
  readonly run: RunView | undefined;
  /** The run's lane in each column. */
  readonly cells: readonly (LaneView | undefined)[];
}

/** What the workspace shows: columns of lanes, rows of runs. */
export interface Screen {
  readonly columns: readonly ScreenColumn[];
  readonly rows: readonly ScreenRow[];
  /** The runs as panels see them: only the lanes on screen, in the order of the columns. */
  readonly runs: readonly RunView[];
}

function columnSettings(
  document: WorkspaceDocument,
  views: ReadonlyMap<string, RunView>,
): { key: string; settings: LaneSettings; editable: boolean }[] {
  const own = document.lanes.map(({ key, settings }) => ({ key, settings, editable: true }));
  const taken = new Set(own.map((column) => column.key));
  const extra = document.rows.flatMap((row) =>
    row.columns.flatMap((key, lane) => {
      const settings = views.get(row.run)?.info.request.lanes[lane];
      if (settings === undefined || taken.has(key) || !row.extraColumns.includes(key)) return [];
      taken.add(key);
      return [{ key, settings, editable: false }];
    }),
  );
  return [...own, ...extra];
}

export function screenOf(document: WorkspaceDocument, views: ReadonlyMap<string, RunView>): Screen {
  const bare = columnSettings(document, views);
  const styles = laneStyles(bare.map((column) => column.settings));
  const columns = bare.flatMap((column, place): ScreenColumn[] => {
    const style = styles[place];
    return style === undefined ? [] : [{ ...column, style }];
  });
  const rows = document.rows.map((row): ScreenRow => {
    const run = views.get(row.run);
    return { row, run, cells: columns.map(({ key }) => run?.lanes[row.columns.indexOf(key)]) };
  });
  const runs = rows.flatMap(({ run, cells }) => (run === undefined ? [] : [{ ...run, lanes: cells.filter((cell) => cell !== undefined) }]));
  return { columns, rows, runs };
}
