import type { Reply } from '../../main/contract/shell';
import { InterlinearError } from '../../main/contract/errors';
import { showNotice } from '../design/toast';
import type { Services } from './services';
import { modelOf } from './model-commands';
import { rowsThatStay } from './run-commands';
import { matchColumns, makeLaneKey, type WorkspaceLane, type WorkspaceRow } from './workspace-document';

/** The value of a reply from the shell. @throws InterlinearError for a failure */
export function valueOf<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value;
  throw InterlinearError.from(reply.error);
}

/** Keeps a finished run on screen while others come, or lets it go. */
export function setPinned(services: Services, run: string, pinned: boolean): void {
  const { rows } = services.workspace.document;
  // At most one row is not pinned: it is the one the next run replaces.
  const changed = rows.map((row) => {
    if (row.run === run) return { ...row, pinned };
    return pinned ? row : { ...row, pinned: true };
  });
  services.workspace.edit(pinned ? 'pin run' : 'unpin run', { rows: changed });
}

export function closeRow(services: Services, run: string): void {
  services.workspace.edit('close run', { rows: services.workspace.document.rows.filter((row) => row.run !== run) });
}

/** Moves a row up (-1) or down (1). */
export function moveRow(services: Services, run: string, by: -1 | 1): void {
  const rows = [...services.workspace.document.rows];
  const from = rows.findIndex((row) => row.run === run);
  const [row] = rows.splice(from, 1);
  if (from < 0 || row === undefined) return;
  rows.splice(Math.max(0, from + by), 0, row);
  services.workspace.edit('move run', { rows });
}

/** Opens a recorded run as a pinned row. */
export async function openTrace(services: Services, trace: string): Promise<void> {
  const { engine, runs, workspace, activity } = services;
  const open = workspace.document.rows.find((row) => runs.view(row.run)?.trace?.id === trace);
  if (open !== undefined) {
    showNotice('This run is already on screen.');
    return;
  }
  rowsThatStay(workspace.document.rows);
  await activity.during(async () => {
    const { run } = await engine.request('traces.open', { trace });
    const view = await runs.whenStarted(run);
    const { rows, lanes } = workspace.document;
    const row: WorkspaceRow = { run, pinned: true, ...matchColumns(lanes, view.info.request.lanes) };
    // Above the row that the next run replaces.
    workspace.setRows([...rows.filter((other) => other.pinned), row, ...rows.filter((other) => !other.pinned)]);
  });
}

/** Shows the open dialog. */
export async function chooseTrace(services: Services): Promise<void> {
  const chosen = valueOf(await services.shell.chooseTrace());
  if (chosen !== null) await openTrace(services, chosen.trace);
}

/** Takes over a run's model (where it is installed), prompt, lanes, seed and schedule, to run it again or change it. */
export function adoptRun(services: Services, run: string): void {
  const view = services.runs.view(run);
  const row = services.workspace.document.rows.find((candidate) => candidate.run === run);
  if (view === undefined || row === undefined) return;
  const { prompt, chat, lanes, seed, schedule, model } = view.info.request;
  const { document } = services.workspace;
  const known = modelOf(services.engine.store.getState().facts, model) !== undefined;
  const adopted: readonly WorkspaceLane[] = lanes.map((settings, index) => ({ key: row.columns[index] ?? makeLaneKey(), settings }));
  const rows = services.workspace.document.rows.map((other) => (other.run === run ? { ...other, extraColumns: [] } : other));
  services.workspace.edit('take over run', {
    prompt,
    chat,
    lanes: adopted,
    seed,
    schedule,
    rows,
    // What was written for the model in use until now comes back with it.
    ...(known &&
      model !== document.model && {
        model,
        drafts: { ...document.drafts, [document.model]: { prompt: document.prompt, chat: document.chat } },
      }),
  });
}

/** Writes a run to a file the user chooses. */
export async function exportRun(services: Services, run: string, format: 'bundle' | 'csv'): Promise<void> {
  await services.activity.during(async () => {
    const saved = valueOf(await services.shell.exportRun(run, format));
    if (saved !== null) showNotice('Exported', saved.name);
  });
}
