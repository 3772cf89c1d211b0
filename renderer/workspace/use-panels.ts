import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { InspectorProps } from '../inspector/inspector-props';
import { stepUnderCursor } from '../state/cursor-store';
import { forkRun } from '../state/run-commands';
import { valueOf } from '../state/row-commands';
import type { Cursor, PanelProps, RunView } from '../state/run-view';
import { useServices } from '../state/services';
import { perform } from '../state/workbench';

/** What the timeline and the inspector are given. */
export function usePanels(runs: readonly RunView[]): {
  readonly props: PanelProps;
  readonly inspector: Omit<InspectorProps, keyof PanelProps>;
} {
  const services = useServices();
  const { cursor: store, workspace } = services;
  const place = useStore(store.store, (state) => state.place);
  const alignment = useStore(workspace.store, (state) => state.alignment);
  const tab = useStore(workspace.store, (state) => state.inspector);

  const props = useMemo((): PanelProps => {
    const onScreen = place !== null && runs.some((run) => run.id === place.run);
    const cursor: Cursor | null = onScreen ? { ...place, alignment } : null;
    return {
      runs,
      cursor,
      stepUnderCursor: stepUnderCursor(runs, place, alignment),
      moveCursor: (run, lane, step, pin) => {
        store.move(run, lane, step, pin);
      },
    };
  }, [runs, place, alignment, store]);

  const inspector = useMemo(
    () => ({
      tab,
      onTab: (next: string) => {
        workspace.setView({ inspector: next });
      },
      onFork: (run: string, lane: number, branch: number, step: number, token: number) => {
        perform(() => forkRun(services, run, lane, branch, step, token));
      },
      onSelectBranch: (run: string, lane: number, branch: number) => {
        services.runs.showBranch(run, lane, branch);
      },
      loadTrajectory: (
        branches: readonly { readonly run: string; readonly lane: number; readonly branch: number }[],
        stream: number,
        components: 2 | 3,
      ) => services.engine.request('trajectory', { branches: branches.map((branch) => ({ ...branch })), stream, components }),
      onCopy: (text: string) => {
        perform(async () => {
          valueOf(await services.shell.copyText(text));
        });
      },
    }),
    [services, workspace, tab],
  );
  return { props, inspector };
}
