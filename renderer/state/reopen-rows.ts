import type { Services } from './services';

/**
 * A new engine knows nothing of the runs on screen. Those that were recorded are opened again from disk, so that what has to
 * be asked of the engine (forks, trajectories, exports) works on them; the rest stays on screen as it is.
 */
export async function reopenRows(services: Services): Promise<void> {
  const { engine, runs, workspace, cursor } = services;
  for (const { run } of workspace.document.rows) {
    const trace = runs.view(run)?.trace?.id;
    if (trace === undefined) continue;
    try {
      const opened = await engine.request('traces.open', { trace });
      await runs.whenFinished(opened.run);
      const { rows } = workspace.document;
      // Read first: the cursor leaves with the row it stands in.
      const { place } = cursor;
      workspace.setRows(rows.map((row) => (row.run === run ? { ...row, run: opened.run } : row)));
      if (place?.run === run) cursor.move(opened.run, place.lane, place.step, place.pinned);
    } catch {
      // The row on screen stays true; only what needs the engine will say that it is not there.
      continue;
    }
  }
}
