import type { EngineFacts } from './engine-connection';
import { valueOf } from './row-commands';
import type { Services } from './services';
import { fromSession } from './session';
import { defaultLanes, emptyDocument, matchColumns, type WorkspaceRow } from './workspace-document';

/** Until the engine has said what the first preset needs. */
const thoughtsUntilKnown = 4;

/**
 * Brings back the workspace of the last session.
 * @returns its traces, to be opened when the engine answers; null on a first launch
 */
export async function restoreWorkspace(services: Services): Promise<readonly string[] | null> {
  const session = valueOf(await services.shell.loadWorkspace());
  if (session === null) {
    services.workspace.reset({ ...emptyDocument, lanes: defaultLanes(thoughtsUntilKnown) });
    return null;
  }
  const { theme, inspector, panels } = session;
  services.workspace.reset(fromSession(session), { theme, inspector, panels });
  return session.traces;
}

/** First launch: one lane of each kind on the first preset, ready to run, unless the user was quicker. */
export function firstWorkspace(services: Services, facts: EngineFacts): void {
  const [preset] = facts.presets;
  const [model] = facts.models;
  if (services.workspace.store.getState().past.length > 0) return;
  services.workspace.reset({
    ...emptyDocument,
    prompt: preset?.prompt ?? '',
    lanes: defaultLanes(preset?.recommended.thoughts ?? 4),
    model: model?.id ?? emptyDocument.model,
  });
}

/**
 * Opens the last session's traces again, in order. The last is the row that the next run replaces, as it was. A trace that
 * is gone from disk is left out: the others still stand for themselves.
 */
export async function reopenTraces(services: Services, traces: readonly string[]): Promise<void> {
  const rows: WorkspaceRow[] = [];
  for (const trace of traces) {
    try {
      const { run } = await services.engine.request('traces.open', { trace });
      const view = await services.runs.whenStarted(run);
      rows.push({ run, pinned: true, ...matchColumns(services.workspace.document.lanes, view.info.request.lanes) });
    } catch {
      continue;
    }
  }
  if (rows.length === 0) return;
  const last = rows.length - 1;
  services.workspace.setRows([...rows.map((row, index) => ({ ...row, pinned: index < last })), ...services.workspace.document.rows]);
}
