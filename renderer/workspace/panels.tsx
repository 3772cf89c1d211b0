import { memo, useDeferredValue, useMemo } from 'react';
import { useStore } from 'zustand';
import { Inspector } from '../inspector/inspector';
import type { BranchReference, InspectorProps } from '../inspector/inspector-props';
import { type CursorPlace, stepUnderCursor } from '../state/cursor-store';
import { valueOf } from '../state/row-commands';
import { forkRun } from '../state/run-commands';
import type { PanelProps, RunView } from '../state/run-view';
import { useServices } from '../state/services';
import { perform } from '../state/workbench';
import { Timeline } from '../timeline/timeline';

interface RunsProps {
  /** Rows on screen, top first. */
  readonly runs: readonly RunView[];
}

const TimelineView = memo(Timeline);
const InspectorView = memo(Inspector);

function usePanelProps(runs: readonly RunView[], place: CursorPlace | null): PanelProps {
  const { cursor: store, workspace } = useServices();
  const alignment = useStore(workspace.store, (state) => state.alignment);
  return useMemo(() => {
    const onScreen = place !== null && runs.some((run) => run.id === place.run);
    return {
      runs,
      cursor: onScreen ? { ...place, alignment } : null,
      stepUnderCursor: stepUnderCursor(runs, place, alignment),
      moveCursor: (run, lane, step, pin) => {
        store.move(run, lane, step, pin);
      },
    };
  }, [runs, place, alignment, store]);
}

/** The timeline; its lines may lag behind a stream, its cursor not behind the pointer. */
export const TimelinePanel = memo(function TimelinePanel({ runs }: RunsProps) {
  const { cursor } = useServices();
  const place = useStore(cursor.store, (state) => state.place);
  return <TimelineView {...usePanelProps(useDeferredValue(runs), place)} />;
});

/** The inspector. It is the largest thing to draw, so it gives way: the lanes follow the pointer first, then the inspector. */
export const InspectorPanel = memo(function InspectorPanel({ runs }: RunsProps) {
  const services = useServices();
  const { cursor, workspace, shell, engine, activity } = services;
  const place = useStore(cursor.store, (state) => state.place);
  const tab = useStore(workspace.store, (state) => state.inspector);
  const props = usePanelProps(useDeferredValue(runs), useDeferredValue(place));
  const actions = useMemo(
    (): Omit<InspectorProps, keyof PanelProps | 'tab'> => ({
      onTab: (next) => {
        workspace.setView({ inspector: next });
      },
      onFork: (run, lane, branch, step, token) => {
        perform(() => forkRun(services, run, lane, branch, step, token));
      },
      onSelectBranch: (run, lane, branch) => {
        services.runs.showBranch(run, lane, branch);
      },
      loadTrajectory: (branches: readonly BranchReference[], stream, scale) =>
        activity.during(() => engine.request('trajectory', { branches: [...branches], stream, scale })),
      loadLens: {
        full: async (branch, first, count, streams) =>
          (await engine.request('run.lens', { ...branch, first, count, streams: [...streams] })).packed,
        quick: async (branch, first, count) => (await engine.request('run.quickLens', { ...branch, first, count })).packed,
      },
      loadAttention: (branch, query) => activity.during(() => engine.request('run.attention', { ...branch, ...query })),
      loadAttentionRow: async (branch, layer, position) =>
        (await activity.during(() => engine.request('run.attentionRow', { ...branch, layer, position }))).probabilities,
      loadAttentionBlock: async (branch, query) =>
        (await activity.during(() => engine.request('run.attentionBlock', { ...branch, ...query }))).probabilities,
      onCopy: (text) => {
        perform(async () => {
          valueOf(await shell.copyText(text));
        });
      },
    }),
    [services, workspace, engine, shell, activity],
  );
  return <InspectorView {...props} {...actions} tab={tab} />;
});
