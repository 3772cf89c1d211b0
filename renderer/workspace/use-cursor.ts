import { useStore } from 'zustand';
import { stepUnderCursor } from '../state/cursor-store';
import type { LaneView, RunView } from '../state/run-view';
import { useServices } from '../state/services';

/** The step of a lane that stands under the cursor. Renders again only when that step changes, not whenever the cursor moves. */
export function useStepUnderCursor(run: RunView, lane: LaneView): number | null {
  const { cursor, workspace, runs } = useServices();
  const alignment = useStore(workspace.store, (state) => state.alignment);
  return useStore(cursor.store, ({ place }) => {
    const cursorRun = place === null ? undefined : runs.view(place.run);
    return stepUnderCursor(cursorRun === undefined ? [] : [cursorRun], place, alignment)(run, lane);
  });
}
