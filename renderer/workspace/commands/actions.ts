import { type LaneKind, laneKinds } from '../../../main/contract/lanes';
import { laneKindTitle } from '../../design/lane-style';
import { showNotice } from '../../design/toast';
import type { EngineFacts } from '../../state/engine-connection';
import { addLane, toggleReading } from '../../state/lane-commands';
import { laneObstacle, modelOf } from '../../state/model-commands';
import { chooseTrace, closeRow, exportRun, setPinned } from '../../state/row-commands';
import { liveRuns, startRun, stopRuns } from '../../state/run-commands';
import { alignments, type RunView } from '../../state/run-view';
import { screenOf } from '../../state/screen';
import type { Services } from '../../state/services';
import { type Action, always } from './action';
import { jumpToDivergence, moveLaneOrRow, moveStep } from './cursor-moves';
import { modelActions } from './model-actions';

/** What the window lets actions do to it. */
export interface WindowControls {
  readonly openPalette: () => void;
  readonly openKeys: () => void;
  readonly focusPrompt: () => void;
}

/** The row that "the run" means: the one under the cursor, else the last. */
function chosenRow(services: Services): { readonly run: string; readonly pinned: boolean; readonly finished: boolean } | null {
  const { rows } = services.workspace.document;
  const row = rows.find((candidate) => candidate.run === services.cursor.place?.run) ?? rows.at(-1);
  if (row === undefined) return null;
  const view = services.runs.view(row.run);
  return { run: row.run, pinned: row.pinned, finished: view !== undefined && view.outcome !== null };
}

function runActions(services: Services): Action[] {
  const { cursor } = services;
  const exporting = (format: 'bundle' | 'csv') => async (): Promise<void> => {
    const row = chosenRow(services);
    if (row !== null) await exportRun(services, row.run, format);
  };
  const finished = (): boolean => chosenRow(services)?.finished === true;
  /** Something runs, or is about to. */
  const busy = (): boolean => services.activity.store.getState().starting || liveRuns(services).length > 0;
  return [
    {
      id: 'run',
      title: 'Run',
      group: 'Run',
      keys: '$mod+Enter',
      inFields: true,
      menu: 'run',
      enabled: () => liveRuns(services).length === 0,
      run: () => startRun(services),
    },
    {
      id: 'stop',
      title: 'Stop, or let the cursor go',
      group: 'Run',
      keys: 'Escape',
      enabled: always,
      run: async () => {
        if (busy()) await stopRuns(services);
        else if (services.activity.forgetDoubt() || services.checks.stopAll()) return;
        else if (!cursor.unpin()) cursor.clear();
      },
    },
    {
      id: 'stop-runs',
      title: 'Stop',
      group: 'Run',
      menu: 'stop',
      enabled: busy,
      run: () => stopRuns(services),
    },
    {
      id: 'pin-run',
      title: 'Pin or unpin run',
      group: 'Runs',
      keys: 'p',
      menu: 'pin-run',
      enabled: finished,
      run: () => {
        const row = chosenRow(services);
        if (row !== null) setPinned(services, row.run, !row.pinned);
      },
    },
    {
      id: 'close-run',
      title: 'Close run',
      group: 'Runs',
      enabled: () => chosenRow(services) !== null,
      run: () => {
        const row = chosenRow(services);
        if (row !== null) closeRow(services, row.run);
      },
    },
    {
      id: 'open',
      title: 'Open trace…',
      group: 'Runs',
      keys: '$mod+o',
      inFields: true,
      menu: 'open',
      enabled: always,
      run: () => chooseTrace(services),
    },
    { id: 'export-bundle', title: 'Export bundle…', group: 'Runs', menu: 'export-bundle', enabled: finished, run: exporting('bundle') },
    { id: 'export-csv', title: 'Export steps as CSV…', group: 'Runs', menu: 'export-csv', enabled: finished, run: exporting('csv') },
  ];
}

function cursorActions(services: Services): Action[] {
  const { workspace } = services;
  const runs = (): readonly RunView[] => screenOf(workspace.document, services.runs.store.getState().views).runs;
  const some = (): boolean => runs().length > 0;
  const move = (id: string, title: string, keys: string, run: () => void): Action => ({
    id,
    title,
    group: 'Cursor',
    keys,
    enabled: some,
    run,
  });
  return [
    move('next-step', 'Next step', 'ArrowRight', () => {
      moveStep(services, runs(), 1);
    }),
    move('previous-step', 'Previous step', 'ArrowLeft', () => {
      moveStep(services, runs(), -1);
    }),
    move('first-step', 'First step', 'Home', () => {
      moveStep(services, runs(), -Infinity);
    }),
    move('last-step', 'Last step', 'End', () => {
      moveStep(services, runs(), Infinity);
    }),
    move('next-lane', 'Next lane', 'ArrowDown', () => {
      moveLaneOrRow(services, runs(), 1, 0);
    }),
    move('previous-lane', 'Previous lane', 'ArrowUp', () => {
      moveLaneOrRow(services, runs(), -1, 0);
    }),
    move('next-row', 'Next run', 'Shift+ArrowDown', () => {
      moveLaneOrRow(services, runs(), 0, 1);
    }),
    move('previous-row', 'Previous run', 'Shift+ArrowUp', () => {
      moveLaneOrRow(services, runs(), 0, -1);
    }),
    move('divergence', 'Jump to first divergence', 'd', () => {
      jumpToDivergence(services, runs());
    }),
    move('pin', 'Pin or unpin cursor', 'Enter', () => {
      const { place } = services.cursor;
      if (place !== null) services.cursor.togglePin(place.run, place.lane, place.step);
    }),
    ...alignments.map((alignment): Action => ({
      id: `align-${alignment}`,
      title: { step: 'Align lanes by step', text: 'Align lanes by text', share: 'Align lanes by share of the whole' }[alignment],
      group: 'Cursor',
      enabled: () => workspace.store.getState().alignment !== alignment,
      run: () => {
        workspace.setView({ alignment });
      },
    })),
    {
      id: 'next-alignment',
      title: 'Next alignment of lanes',
      group: 'Cursor',
      keys: 'a',
      enabled: always,
      run: () => {
        const current = alignments.indexOf(workspace.store.getState().alignment);
        const next = alignments[(current + 1) % alignments.length] ?? 'step';
        workspace.setView({ alignment: next });
        showNotice(`Lanes aligned by ${next}`);
      },
    },
  ];
}

function workspaceActions(services: Services, facts: EngineFacts | null, chosen: string, controls: WindowControls): Action[] {
  const { workspace } = services;
  const model = modelOf(facts, chosen);
  const add = (kind: LaneKind): Action => ({
    id: `add-${kind}`,
    title: `Add lane: ${laneKindTitle(kind)}`,
    group: 'Lanes',
    enabled: () => laneObstacle(model, kind) === null,
    run: () => {
      addLane(services, kind);
    },
  });
  return [
    ...laneKinds.map(add),
    {
      id: 'undo',
      title: 'Undo',
      group: 'Lanes',
      keys: '$mod+z',
      inFields: true,
      menu: 'undo',
      enabled: () => workspace.store.getState().past.length > 0,
      run: () => {
        const undone = workspace.undo();
        if (undone !== null) services.activity.announce(`Undid: ${undone}.`);
      },
    },
    {
      id: 'redo',
      title: 'Redo',
      group: 'Lanes',
      keys: '$mod+Shift+z',
      inFields: true,
      menu: 'redo',
      enabled: () => workspace.store.getState().future.length > 0,
      run: () => {
        const redone = workspace.redo();
        if (redone !== null) services.activity.announce(`Did again: ${redone}.`);
      },
    },
    { id: 'edit-prompt', title: 'Edit prompt', group: 'Run', keys: '/', enabled: always, run: controls.focusPrompt },
    {
      id: 'read-text',
      title: 'Read lanes as text or as cells',
      group: 'View',
      keys: 't',
      enabled: always,
      run: () => {
        toggleReading(services);
      },
    },
    ...(['system', 'light', 'dark'] as const).map((theme): Action => ({
      id: `theme-${theme}`,
      title: { system: 'Colours follow the system', light: 'Light colours', dark: 'Dark colours' }[theme],
      group: 'View',
      enabled: () => workspace.store.getState().theme !== theme,
      run: () => {
        workspace.setView({ theme });
      },
    })),
    {
      id: 'palette',
      title: 'All actions…',
      group: 'Help',
      keys: '$mod+k',
      inFields: true,
      menu: 'palette',
      enabled: always,
      run: controls.openPalette,
    },
    { id: 'add-lane', title: 'Add lane…', group: 'Lanes', menu: 'add-lane', enabled: always, run: controls.openPalette },
    { id: 'keys', title: 'Keys', group: 'Help', keys: 'Shift+?', menu: 'keys', enabled: always, run: controls.openKeys },
  ];
}

/**
 * Every action of the window: what the palette lists, the keys do and the shell's menu calls.
 * @param chosen model of the next run: what can be asked depends on it
 */
export function windowActions(services: Services, facts: EngineFacts | null, chosen: string, controls: WindowControls): readonly Action[] {
  return [
    ...runActions(services),
    ...cursorActions(services),
    ...modelActions(services, facts, chosen),
    ...workspaceActions(services, facts, chosen, controls),
  ];
}
