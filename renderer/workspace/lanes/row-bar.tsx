import { ArrowDown, ArrowUp, Ellipsis, Pin, PinOff, TriangleAlert, X } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { deviceNoteOf, modelsOfRun } from '../../../main/contract/lane-models';
import { formatMilliseconds } from '../../design/format';
import { IconButton } from '../../design/icon-button';
import { Menu, type MenuEntry } from '../../design/menu';
import { adoptRun, closeRow, exportRun, moveRow, setPinned } from '../../state/row-commands';
import type { ScreenRow } from '../../state/screen';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import { SurprisalLegend } from '../strip/legend';
import styles from './row-bar.module.css';

export interface RowBarProps {
  readonly row: ScreenRow;
  readonly place: number;
  readonly count: number;
}

const statusWords = {
  recording: 'not finished',
  done: 'done',
  cancelled: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted: kept up to the last step',
} as const;

/** What a row shows: its run's prompt, seed and end, and what can be done with it. */
export const RowBar = memo(function RowBar({ row: { row, run }, place, count }: RowBarProps) {
  const services = useServices();
  const editorPrompt = useStore(services.workspace.store, (state) => state.document.prompt);
  const editorModel = useStore(services.workspace.store, (state) => state.document.model);
  const models = run === undefined ? [] : modelsOfRun(run.info);
  const finished = run !== undefined && run.outcome !== null;
  const id = row.run;
  const outcome = run?.outcome ?? null;
  const request = run?.info.request;
  const deviceNote = run === undefined ? null : deviceNoteOf(run.info);
  const showsPrompt = request !== undefined && (count > 1 || request.prompt !== editorPrompt);
  const entries: MenuEntry[] = [
    {
      key: 'adopt',
      label: 'Use this prompt and these lanes',
      disabled: run === undefined,
      onSelect: () => {
        adoptRun(services, id);
      },
    },
    { kind: 'separator', key: 'line-1' },
    {
      key: 'bundle',
      label: 'Export bundle…',
      disabled: !finished,
      onSelect: () => {
        perform(() => exportRun(services, id, 'bundle'));
      },
    },
    {
      key: 'csv',
      label: 'Export steps as CSV…',
      disabled: !finished,
      onSelect: () => {
        perform(() => exportRun(services, id, 'csv'));
      },
    },
    { kind: 'separator', key: 'line-2' },
    {
      key: 'close',
      label: 'Close run',
      note: 'Its trace stays on disk',
      onSelect: () => {
        closeRow(services, id);
      },
    },
  ];

  return (
    <div className={styles['bar']} role="group" aria-label={`Run ${place + 1}`}>
      <span className={styles['inner']}>
        <strong className={styles['name']}>Run {place + 1}</strong>
        {run?.recorded === true && <span className={styles['tag']}>recorded</span>}
        {row.pinned && <span className={styles['tag']}>pinned</span>}
        <span className={styles['facts']}>
          {outcome === null ? (run === undefined ? 'starting…' : 'running…') : statusWords[outcome.status]}
          {outcome !== null && Number.isFinite(outcome.milliseconds) && ` · ${formatMilliseconds(outcome.milliseconds)}`}
          {request !== undefined && ` · seed ${request.seed} · ${request.schedule}`}
        </span>
        {models.some(({ model }) => model.id !== editorModel) &&
          models.map(({ model }) => (
            <span key={model.id} className={styles['tag']}>
              {model.name}
            </span>
          ))}
        {deviceNote !== null && (
          <span className={styles['notice']} role="note" title={deviceNote}>
            <TriangleAlert size={12} aria-hidden="true" />
            <span className={styles['noticeText']}>{deviceNote}</span>
          </span>
        )}
        {showsPrompt && (
          <span className={styles['prompt']} title={request.prompt}>
            {request.prompt}
          </span>
        )}
      </span>
      <span className={styles['tools']}>
        {place === 0 && <SurprisalLegend />}
        {count > 1 && (
          <>
            <IconButton
              label={`Move run ${place + 1} up`}
              disabled={place === 0}
              onClick={() => {
                moveRow(services, id, -1);
              }}
            >
              <ArrowUp size={13} aria-hidden="true" />
            </IconButton>
            <IconButton
              label={`Move run ${place + 1} down`}
              disabled={place === count - 1}
              onClick={() => {
                moveRow(services, id, 1);
              }}
            >
              <ArrowDown size={13} aria-hidden="true" />
            </IconButton>
          </>
        )}
        <IconButton
          label={row.pinned ? `Unpin run ${place + 1}` : `Pin run ${place + 1}`}
          disabled={!finished}
          onClick={() => {
            setPinned(services, id, !row.pinned);
          }}
        >
          {row.pinned ? <PinOff size={13} aria-hidden="true" /> : <Pin size={13} aria-hidden="true" />}
        </IconButton>
        <Menu
          align="end"
          entries={entries}
          trigger={
            <IconButton label={`Menu of run ${place + 1}`}>
              <Ellipsis size={14} aria-hidden="true" />
            </IconButton>
          }
        />
        {count > 1 && (
          <IconButton
            label={`Close run ${place + 1}`}
            onClick={() => {
              closeRow(services, id);
            }}
          >
            <X size={13} aria-hidden="true" />
          </IconButton>
        )}
      </span>
    </div>
  );
}, sameBar);

/** Steps that stream in change nothing here. */
function sameBar(before: RowBarProps, after: RowBarProps): boolean {
  return (
    before.row.row === after.row.row &&
    before.row.run?.id === after.row.run?.id &&
    before.row.run?.outcome === after.row.run?.outcome &&
    before.place === after.place &&
    before.count === after.count
  );
}
