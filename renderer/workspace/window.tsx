import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useStore } from 'zustand';
import { screenOf } from '../state/screen';
import { useServices } from '../state/services';
import { windowActions } from './commands/actions';
import { keyText, isMac } from './commands/keys';
import { KeysDialog } from './commands/keys-dialog';
import { Palette } from './commands/palette';
import { useKeys } from './commands/use-keys';
import { FaultBoundary } from './fault-boundary';
import { LaneGrid } from './lanes/lane-grid';
import { ModelLibrary } from './library/model-library';
import { PromptEditor } from './prompt/prompt-editor';
import { EngineBanner } from './status/engine-banner';
import { StatusBar } from './status/status-bar';
import { TopBar } from './top-bar';
import { InspectorPanel, TimelinePanel } from './panels';
import { useTheme } from './use-theme';
import styles from './window.module.css';

/**
 * The inspector's share of a window that opens: in a low one prompt, lanes' heads and timeline leave an ordinary share too low to read a matrix in, and
 * lanes scroll. @returns percent of the panels' height
 */
function inspectorShare(): string {
  return window.matchMedia('(max-height: 780px)').matches ? '46%' : '42%';
}

/** Top bar, prompt, lanes, timeline, inspector, status: one screen for all of it. */
export function Window() {
  const services = useServices();
  const { workspace, runs, engine, activity, shell } = services;
  const document = useStore(workspace.store, (state) => state.document);
  // A stream gives way to keys and pointer: it is drawn in slices that they can come between.
  const views = useDeferredValue(useStore(runs.store, (state) => state.views));
  const facts = useStore(engine.store, (state) => state.facts);
  const announcement = useStore(activity.store, (state) => state.announcement);
  const screen = useMemo(() => screenOf(document, views), [document, views]);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [keysOpen, setKeysOpen] = useState(false);
  const [prompt, setPrompt] = useState<HTMLTextAreaElement | null>(null);
  useTheme();

  const openPalette = useCallback(() => {
    setPaletteOpen(true);
  }, []);
  const actions = useMemo(
    () =>
      windowActions(services, facts, document.model, {
        openPalette,
        openKeys: () => {
          setKeysOpen(true);
        },
        focusPrompt: () => {
          prompt?.focus();
        },
      }),
    [services, facts, document.model, prompt, openPalette],
  );
  useKeys(actions);
  const live = screen.rows.some((row) => row.run === undefined || row.run.outcome === null);
  // Read once: from then on the panels are where the user drags them.
  const [layout] = useState(() => workspace.store.getState().panels);
  const [share] = useState(inspectorShare);

  return (
    <>
      <div className={styles['window']}>
        <TopBar live={live} onPalette={openPalette} />
        <EngineBanner />
        <main className={styles['main']}>
          <PromptEditor input={setPrompt} />
          <Group
            orientation="vertical"
            className={styles['panels']}
            disableCursor
            {...(Object.keys(layout).length === 3 && { defaultLayout: { ...layout } })}
            onLayoutChanged={(panels) => {
              workspace.setView({ panels });
            }}
          >
            <Panel id="lanes" minSize={150}>
              <FaultBoundary name="The lanes">
                <LaneGrid
                  screen={screen}
                  hint={`Nothing has run yet. Press Run or ${keyText('$mod+Enter', isMac(shell.platform))}; ? shows the keys.`}
                />
              </FaultBoundary>
            </Panel>
            <Separator className={styles['separator']} aria-label="Height of the lanes" />
            <Panel id="timeline" defaultSize={122} minSize={84} groupResizeBehavior="preserve-pixel-size">
              <FaultBoundary name="The timeline">
                <TimelinePanel runs={screen.runs} />
              </FaultBoundary>
            </Panel>
            <Separator className={styles['separator']} aria-label="Height of the timeline" />
            <Panel id="inspector" defaultSize={share} minSize={120}>
              <FaultBoundary name="The inspector">
                <InspectorPanel runs={screen.runs} />
              </FaultBoundary>
            </Panel>
          </Group>
        </main>
        <StatusBar screen={screen} />
      </div>
      <p className="visually-hidden" aria-live="polite">
        {announcement}
      </p>
      <Palette open={paletteOpen} onOpenChange={setPaletteOpen} actions={actions} />
      <ModelLibrary />
      <KeysDialog open={keysOpen} onOpenChange={setKeysOpen} actions={actions} />
    </>
  );
}
