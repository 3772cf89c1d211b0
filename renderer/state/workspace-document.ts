import { type LaneSettings, type LaneKind, laneSettingsSchema } from '../../main/contract/lanes';
import type { DeviceChoice } from '../../main/contract/devices';
import type { Chat } from '../../main/contract/model';
import type { Schedule } from '../../main/contract/run';

/** A lane of the workspace. The key follows it through reordering and reconfiguring, and ties a run's lane to its column. */
export interface WorkspaceLane {
  readonly key: string;
  readonly settings: LaneSettings;
}

/** A run on screen. */
export interface WorkspaceRow {
  readonly run: string;
  /** A pinned row stays when the next run starts; there is at most one that is not. */
  readonly pinned: boolean;
  /** Column of each of the run's lanes. */
  readonly columns: readonly string[];
  /** Columns which no lane of the workspace has and which are shown for this row alone. */
  readonly extraColumns: readonly string[];
}

/** What the model is asked, and whether its chat template stands around it (null: it reads the prompt as it stands). */
export interface Draft {
  readonly prompt: string;
  readonly chat: Chat | null;
}

/** Everything undo can bring back. */
export interface WorkspaceDocument extends Draft {
  /** What was last written for other models, by their id. */
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly lanes: readonly WorkspaceLane[];
  readonly seed: number;
  readonly schedule: Schedule;
  readonly device: DeviceChoice;
  readonly model: string;
  /** Top row first. */
  readonly rows: readonly WorkspaceRow[];
}

export const maximumRows = 4;

export const emptyDocument: WorkspaceDocument = {
  prompt: '',
  chat: null,
  drafts: {},
  lanes: [],
  seed: 7,
  schedule: 'lockstep',
  device: 'auto',
  model: 'kin',
  rows: [],
};

let keysMade = 0;

export function makeLaneKey(): string {
  keysMade += 1;
  return `lane-${keysMade}`;
}

export function makeLane(settings: LaneSettings): WorkspaceLane {
  return { key: makeLaneKey(), settings };
}

export function defaultLaneSettings(kind: LaneKind): LaneSettings {
  return laneSettingsSchema.parse({ kind });
}

/** What a first launch starts with: one lane of each kind. */
export function defaultLanes(thoughts: number): readonly WorkspaceLane[] {
  const kinds: readonly LaneKind[] = ['direct', 'cot', 'best-of-n', 'coconut'];
  return kinds.map((kind) => makeLane(withThoughts(defaultLaneSettings(kind), thoughts)));
}

/** The same settings with this many thoughts, where the lane has thoughts. */
export function withThoughts(settings: LaneSettings, thoughts: number): LaneSettings {
  return settings.kind === 'coconut' ? { ...settings, thoughts } : settings;
}

/**
 * Columns for the lanes of a run from disk: a lane of the workspace with equal settings first, then one of the same kind,
 * else a column of its own. No column takes two lanes of one run.
 */
export function matchColumns(
  lanes: readonly WorkspaceLane[],
  recorded: readonly LaneSettings[],
): Pick<WorkspaceRow, 'columns' | 'extraColumns'> {
  const columns: (string | undefined)[] = recorded.map(() => undefined);
  const free = new Set(lanes);
  const match = (fits: (lane: WorkspaceLane, settings: LaneSettings) => boolean): void => {
    recorded.forEach((settings, index) => {
      if (columns[index] !== undefined) return;
      const lane = [...free].find((candidate) => fits(candidate, settings));
      if (lane === undefined) return;
      free.delete(lane);
      columns[index] = lane.key;
    });
  };
  match((lane, settings) => JSON.stringify(lane.settings) === JSON.stringify(settings));
  match((lane, settings) => lane.settings.kind === settings.kind);
  const extraColumns: string[] = [];
  const complete = columns.map((column) => {
    if (column !== undefined) return column;
    const key = makeLaneKey();
    extraColumns.push(key);
    return key;
  });
  return { columns: complete, extraColumns };
}
