import type { DragEvent, ReactNode } from 'react';
import type { ScreenColumn } from '../../state/screen';
import styles from './lane-head.module.css';
import { LaneTools } from './lane-tools';
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
  /** Why the model of the next run cannot run this lane; null where it can. */
  readonly obstacle: string | null;
  /** Why the lane is only a control on the model shown; null where it is more. */
  readonly control: string | null;
  /** Name of the lane's model, where lanes are on several. */
  readonly modelName: string | null;
}

/** Name, settings and menu of a lane; drag it by its name to move it. */
export function LaneHead({ column, place, count, answer, facts, progress, changed, obstacle, control, modelName }: LaneHeadProps) {
  const { key, style, settings, editable } = column;
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
          <LaneTools lane={key} title={style.title} settings={settings} editable={editable} place={place} count={count} />
        </span>
        <span className={styles['answer']}>{answer}</span>
      </div>
      <div className={styles['line']}>
        <span
          className={styles['summary']}
          title={obstacle ?? [modelName, style.summary, control].filter((part) => part !== null).join('. ')}
        >
          {modelName !== null && <span className={styles['model']}>{modelName}</span>}
          {changed && obstacle === null && <span className={styles['changed']}>next run: </span>}
          {obstacle === null ? (
            <span className={styles['settings']} data-beside-model={modelName !== null}>
              {control !== null && <span className={styles['control']}>control · </span>}
              {editable ? style.summary : `${style.summary} · recorded only`}
            </span>
          ) : (
            <span className={styles['changed']}>not with this model</span>
          )}
        </span>
        <span className={styles['result']}>{facts}</span>
      </div>
      {progress}
    </header>
  );
}
