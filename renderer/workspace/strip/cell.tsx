import { classNames } from '../../design/class-names';
import { surprisalColour } from '../../design/surprisal-scale';
import type { CellContent } from './cell-content';
import styles from './cell.module.css';

export interface CellProps {
  readonly id: string;
  readonly step: number;
  readonly count: number;
  readonly content: CellContent;
  readonly current: boolean;
  readonly pinned: boolean;
}

/** One step: what was emitted, its gloss and its bits. */
export function Cell({ id, step, count, content, current, pinned }: CellProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={current}
      aria-setsize={count}
      aria-posinset={step + 1}
      aria-label={content.label}
      data-step={step}
      className={classNames(
        styles['cell'],
        content.forced && styles['forced'],
        current && styles['current'],
        current && pinned && styles['pinned'],
      )}
      style={{ backgroundColor: surprisalColour(content.bits) }}
    >
      <span className={styles['emitted']}>{content.thought ? <span className={styles['diamond']} /> : content.emitted}</span>
      <span className={styles['gloss']}>
        {content.gloss.map((part, place) => (
          <span key={place}>
            {place > 0 && ' '}
            {part.text} <i>{part.probability}</i>
          </span>
        ))}
      </span>
      <span className={styles['cost']}>{content.cost}</span>
    </div>
  );
}

/** One step in the reading view. */
export function Word({ id, step, count, content, current, pinned }: CellProps) {
  return (
    <span
      id={id}
      role="option"
      aria-selected={current}
      aria-setsize={count}
      aria-posinset={step + 1}
      aria-label={content.label}
      data-step={step}
      className={classNames(
        styles['word'],
        content.forced && styles['forced'],
        current && styles['current'],
        current && pinned && styles['pinned'],
      )}
      style={{ backgroundColor: surprisalColour(content.bits) }}
    >
      {content.thought ? <span className={styles['diamond']} /> : content.emitted}
    </span>
  );
}
