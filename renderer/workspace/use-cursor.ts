import { createContext, use } from 'react';
import { useStore } from 'zustand';
import { stepUnderCursor } from '../state/cursor-store';
import type { LaneView, RunView } from '../state/run-view';
import { useServices } from '../state/services';

/** The runs on screen, as panels see them. */
export const ScreenRunsContext = createContext<readonly RunView[]>([]);

/** The step of a lane that stands under the cursor. Renders again only when that step changes, not whenever the cursor moves. */
export function useStepUnderCursor(run: RunView, lane: LaneView): number | null {
  const { cursor, workspace } = useServices();
  const runs = use(ScreenRunsContext);
  const alignment = useStore(workspace.store, (state) => state.alignment);
  return useStore(cursor.store, ({ place }) => stepUnderCursor(runs, place, alignment)(run, lane));
}
