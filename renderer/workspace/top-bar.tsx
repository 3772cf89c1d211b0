import { FolderOpen, Play, Square } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { schedules } from '../../main/contract/run';
import { Button } from '../design/button';
import { NumberField } from '../design/number-field';
import { Select } from '../design/select';
import { useServices } from '../state/services';
import { startRun, stopRuns } from '../state/run-commands';
import { perform } from '../state/workbench';
import { isMac, keyText } from './commands/keys';
import { DevicePicker } from './device-picker';
import { ModelPicker } from './model-picker';
import styles from './top-bar.module.css';
import { TracesMenu } from './traces-menu';

const scheduleNotes = {
  lockstep: 'All lanes share one forward pass a step: fastest',
  isolated: 'One lane after the other: repeats bit for bit',
} as const;

export interface TopBarProps {
  /** A run on screen has not ended. */
  readonly live: boolean;
  readonly onPalette: () => void;
}

/** What the next run uses, and the run itself. */
export const TopBar = memo(function TopBar({ live, onPalette }: TopBarProps) {
  const services = useServices();
  const { workspace, engine, activity, shell } = services;
  const document = useStore(workspace.store, (state) => state.document);
  const ready = useStore(engine.store, (state) => state.state === 'ready');
  const starting = useStore(activity.store, (state) => state.starting);
  const mac = isMac(shell.platform);
  const running = starting || live;

  return (
    <header className={styles['bar']}>
      <h1 className={styles['word']}>
        interlinear
        <span aria-hidden="true" className={styles['gloss']}>
          <i />
          <i />
          <i />
          <i />
        </span>
      </h1>
      <ModelPicker libraryKeys={keyText('m', mac)} />
      <DevicePicker />
      <Select
        label="Schedule"
        value={document.schedule}
        items={schedules.map((schedule) => ({ value: schedule, label: schedule, note: scheduleNotes[schedule] }))}
        onChange={(schedule) => {
          workspace.edit('choose schedule', { schedule });
        }}
      />
      <NumberField
        label="Seed"
        inline
        value={document.seed}
        minimum={0}
        maximum={0xffff_ffff}
        onChange={(seed) => {
          workspace.edit('change seed', { seed }, { mergeKey: 'seed' });
        }}
      />
      <span className={styles['grow']} />
      <TracesMenu
        trigger={
          <Button look="quiet">
            <FolderOpen size={14} aria-hidden="true" />
            Traces
          </Button>
        }
      />
      <Button
        disabled={!running}
        onClick={() => {
          perform(() => stopRuns(services));
        }}
        shortcut="Esc"
      >
        <Square size={11} aria-hidden="true" />
        Stop
      </Button>
      <Button
        look="primary"
        disabled={running || !ready}
        onClick={() => {
          perform(() => startRun(services));
        }}
        shortcut={keyText('$mod+Enter', mac)}
      >
        <Play size={12} aria-hidden="true" />
        Run
      </Button>
      <Button onClick={onPalette} aria-label="All actions">
        <span className="data">{keyText('$mod+k', mac)}</span>
      </Button>
    </header>
  );
});
