import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Workspace } from '../../main/contract/shell';
import type { Alignment } from './run-view';
import { emptyDocument, type WorkspaceDocument } from './workspace-document';

type Theme = Workspace['theme'];

/** What one action changed; only the fields it changed are brought back, so that undo never touches anything else. */
interface HistoryEntry {
  readonly label: string;
  readonly before: Partial<WorkspaceDocument>;
  readonly after: Partial<WorkspaceDocument>;
  /** Changes with the same key that follow closely are undone together: typing, dragging a number. */
  readonly mergeKey: string | null;
  readonly at: number;
}

export interface WorkspaceState {
  readonly document: WorkspaceDocument;
  readonly past: readonly HistoryEntry[];
  readonly future: readonly HistoryEntry[];
  readonly theme: Theme;
  readonly inspector: string;
  readonly panels: Readonly<Record<string, number>>;
  readonly alignment: Alignment;
  /** Columns read as flowing text instead of cells. */
  readonly textColumns: readonly string[];
  /** The model library is open. */
  readonly library: boolean;
}

const historyLimit = 200;
const mergeMilliseconds = 1000;

export interface EditOptions {
  readonly mergeKey?: string;
}

/** The workspace and its history. */
export class WorkspaceStore {
  readonly store: StoreApi<WorkspaceState> = createStore<WorkspaceState>(() => ({
    document: emptyDocument,
    past: [],
    future: [],
    theme: 'system',
    inspector: 'candidates',
    panels: {},
    alignment: 'step',
    textColumns: [],
    library: false,
  }));

  get document(): WorkspaceDocument {
    return this.store.getState().document;
  }

  /** Changes the workspace in a way undo brings back. `label` completes the sentence "Undo …". */
  edit(label: string, change: Partial<WorkspaceDocument>, { mergeKey }: EditOptions = {}): void {
    this.store.setState((state) => {
      const before = pick(state.document, change);
      const at = performance.now();
      const last = state.past.at(-1);
      const merges = mergeKey !== undefined && last?.mergeKey === mergeKey && at - last.at < mergeMilliseconds;
      const entry: HistoryEntry = {
        label,
        before: merges ? { ...before, ...last.before } : before,
        after: change,
        mergeKey: mergeKey ?? null,
        at,
      };
      const past = [...(merges ? state.past.slice(0, -1) : state.past), entry].slice(-historyLimit);
      return { document: { ...state.document, ...change }, past, future: [] };
    });
  }

  /**
   * Puts rows on screen that undo does not take away again (a run that was started cannot be unstarted). Earlier changes
   * of rows leave the history with it: they speak of rows that are no longer there.
   */
  setRows(rows: WorkspaceDocument['rows']): void {
    this.store.setState((state) => ({
      document: { ...state.document, rows },
      past: state.past.filter((entry) => entry.before.rows === undefined),
      future: state.future.filter((entry) => entry.before.rows === undefined),
    }));
  }

  /** Starts over with a document, without history. */
  reset(document: WorkspaceDocument, view: Partial<Pick<WorkspaceState, 'theme' | 'inspector' | 'panels'>> = {}): void {
    this.store.setState({ document, past: [], future: [], ...view });
  }

  /** View settings: not undone. */
  setView(view: Partial<Pick<WorkspaceState, 'theme' | 'inspector' | 'panels' | 'alignment' | 'textColumns' | 'library'>>): void {
    this.store.setState(view);
  }

  /** @returns what was undone, or null when there was nothing */
  undo(): string | null {
    const { document, past, future } = this.store.getState();
    const entry = past.at(-1);
    if (entry === undefined) return null;
    this.store.setState({ document: { ...document, ...entry.before }, past: past.slice(0, -1), future: [entry, ...future] });
    return entry.label;
  }

  redo(): string | null {
    const { document, past, future } = this.store.getState();
    const [entry, ...rest] = future;
    if (entry === undefined) return null;
    this.store.setState({ document: { ...document, ...entry.after }, past: [...past, entry], future: rest });
    return entry.label;
  }

  /** Runs which undo or redo could bring back, or which are on screen. */
  reachableRuns(): ReadonlySet<string> {
    const { document, past, future } = this.store.getState();
    const documents = [document, ...[...past, ...future].flatMap((entry) => [entry.before, entry.after])];
    return new Set(documents.flatMap((reachable) => (reachable.rows ?? []).map((row) => row.run)));
  }
}

/** The values `document` has now for the fields of `change`. */
function pick(document: WorkspaceDocument, change: Partial<WorkspaceDocument>): Partial<WorkspaceDocument> {
  const entries = Object.entries(document).filter(([field]) => field in change);
  return Object.fromEntries(entries) as Partial<WorkspaceDocument>;
}
