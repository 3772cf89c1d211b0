import type { PanelState } from '../../design/panel';
import type { RunView } from '../../state/run-view';

/**
 * State of a panel that shows what stands under the cursor.
 * @param shows there is something to show
 * @param hint what to do when there is not
 */
export function stepPanelState(runs: readonly RunView[], shows: boolean, hint: string): PanelState {
  const running = runs.some((run) => run.outcome === null);
  if (shows) return running ? { kind: 'running' } : { kind: 'done' };
  const failed = runs.find((run) => run.outcome?.error != null)?.outcome?.error;
  if (failed != null) return { kind: 'failed', message: failed.message, hint: failed.hint };
  if (runs.length === 0) return { kind: 'empty', hint };
  return {
    kind: 'empty',
    hint: running ? 'Waiting for the first step…' : 'No step stands under the cursor. Move over a step in a lane or in the timeline.',
  };
}
