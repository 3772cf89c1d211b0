import { Ellipsis, SlidersHorizontal } from 'lucide-react';
import { type DragEvent, memo, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { IconButton } from '../../design/icon-button';
import { Menu, type MenuEntry } from '../../design/menu';
import { Popover } from '../../design/popover';
import { configureLane, duplicateLane, moveLane, removeLane } from '../../state/lane-commands';
import type { ScreenColumn } from '../../state/screen';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import styles from './lane-head.module.css';
import { LaneSettingsForm } from './lane-settings-form';
import { laneDragType } from './use-lane-drop';

export interface LaneHeadProps {
  readonly column: ScreenColumn;
  readonly place: number;
  readonly count: number;
  /** The lane's answer and facts, when there is only one row. */
  readonly answer: ReactNode;
  readonly facts: ReactNode;
  readonly progress: ReactNode;
  /** The settings of the run shown differ from those the next run will use. */
  readonly changed: boolean;
}

/** Name, settings and menu of a lane; drag it by its name to move it. */
export const LaneHead = memo(function LaneHead({ column, place, count, answer, facts, progress, changed }: LaneHeadProps) {
  const services = useServices();
  const { key, style, settings, editable } = column;
  const reading = useStore(services.workspace.store, (state) => state.textColumns.includes(key));

  const toggleReading = (): void => {
    const { textColumns } = services.workspace.store.getState();
    services.workspace.setView({ textColumns: reading ? textColumns.filter((column) => column !== key) : [...textColumns, key] });
  };
  const entries: MenuEntry[] = [
    { key: 'text', label: 'Read as text', note: 'Flowing tokens, without gloss', checked: reading, onSelect: toggleReading },
    { kind: 'separator', key: 'line' },
    {
      key: 'left',
      label: 'Move left',
      disabled: !editable || place === 0,
      onSelect: () => {
        moveLane(services, key, place - 1);
      },
    },
    {
      key: 'right',
      label: 'Move right',
      disabled: !editable || place >= count - 1,
      onSelect: () => {
        moveLane(services, key, place + 1);
      },
    },
    {
      key: 'duplicate',
      label: 'Duplicate lane',
      disabled: !editable,
      onSelect: () => {
        duplicateLane(services, key);
      },
    },
    {
      key: 'remove',
      label: 'Remove lane',
      onSelect: () => {
        perform(() => {
          removeLane(services, key);
        });
      },
    },
  ];
  const onDragStart = (event: DragEvent): void => {
    event.dataTransfer.setData(laneDragType, key);
    event.dataTransfer.effectAllowed = 'move';
  };

  return (
    <header className={styles['head']}>
      <div className={styles['line']}>
        <h2 className={styles['title']}>
          <span draggable={editable} onDragStart={onDragStart}>
            {style.title}
          </span>
        </h2>
        <span className={styles['tools']}>
          {editable && (
            <Popover
              title={`Settings of ${style.title}`}
              trigger={
                <IconButton label={`Configure ${style.title}`}>
                  <SlidersHorizontal size={13} aria-hidden="true" />
                </IconButton>
              }
            >
              <LaneSettingsForm
                settings={settings}
                onChange={(next) => {
                  configureLane(services, key, next);
                }}
              />
            </Popover>
          )}
          <Menu
            entries={entries}
            trigger={
              <IconButton label={`Menu of ${style.title}`}>
                <Ellipsis size={14} aria-hidden="true" />
              </IconButton>
            }
          />
        </span>
        <span className={styles['result']}>{answer}</span>
      </div>
      <div className={styles['line']}>
        <span className={styles['summary']} title={style.summary}>
          {changed && <span className={styles['changed']}>next run: </span>}
          {editable ? style.summary : `${style.summary} · recorded only`}
        </span>
        <span className={styles['result']}>{facts}</span>
      </div>
      {progress}
    </header>
  );
});
