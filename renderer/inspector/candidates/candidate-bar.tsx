import { Check, Eye, GitFork } from 'lucide-react';
import { type CSSProperties, useMemo } from 'react';
import { classNames } from '../../design/class-names';
import { visibleToken } from '../../design/token-pieces';
import { probability } from '../format';
import type { CandidateRow } from './candidate-rows';
import styles from './candidates.module.css';

export interface CandidateBarProps {
  readonly row: CandidateRow;
  readonly hue: string;
  /** Candidates kept per step, for what is said of a token outside them. */
  readonly kept: number;
  /** Nothing was drawn here: the bar is the distribution itself. */
  readonly undrawn: boolean;
  /** A fork is possible; undefined where it is not. */
  readonly onFork: (() => void) | undefined;
}

const share = (value: number | null): string => `${Math.min(1, Math.max(0, value ?? 0)) * 100}%`;

function describe(row: CandidateRow, kept: number, undrawn: boolean): string {
  const parts = [
    row.before === null ? `not in the top ${kept}` : `probability ${probability(row.before)} before the sampler`,
    undrawn
      ? 'nothing was drawn here'
      : row.after === null
        ? `not in the top ${kept} after the sampler`
        : `${probability(row.after)} after`,
  ];
  if (row.rank !== null) parts.push(`rank ${row.rank}`);
  if (row.chosen) parts.push(undrawn ? 'emitted' : 'chosen');
  if (row.watched) parts.push('watched');
  return `${row.text}: ${parts.join(', ')}`;
}

/** One candidate: bar = after the sampler, tick = before; numbers beside it. */
export function CandidateBar({ row, hue, kept, undrawn, onFork }: CandidateBarProps) {
  const bar = undrawn ? row.before : row.after;
  const fill = useMemo((): CSSProperties => ({ width: share(bar), background: hue }), [bar, hue]);
  const tick = useMemo((): CSSProperties => ({ left: share(row.before) }), [row.before]);
  const label = describe(row, kept, undrawn);
  return (
    <li className={classNames(styles['row'], row.chosen && styles['chosen'], undrawn && styles['undrawn'])} title={label}>
      <span className={styles['mark']} aria-hidden="true">
        {row.chosen ? <Check size={12} strokeWidth={2.5} /> : row.watched ? <Eye size={12} /> : null}
      </span>
      <span className={styles['token']}>{visibleToken(row.text)}</span>
      <span className="visually-hidden">{label}</span>
      {row.before === null && bar === null ? (
        <span className={styles['outside']}>not in the top {kept}</span>
      ) : (
        <>
          <span className={styles['bar']} aria-hidden="true">
            <span className={styles['fill']} style={fill} />
            {!undrawn && row.before !== null && <span className={styles['tick']} style={tick} />}
          </span>
          <span className={styles['after']} aria-hidden="true">
            {undrawn ? '' : row.after === null ? `>${kept}` : probability(row.after)}
          </span>
          <span className={styles['before']} aria-hidden="true">
            {row.before === null ? `>${kept}` : probability(row.before)}
          </span>
        </>
      )}
      <span className={styles['rank']} aria-hidden="true">
        {row.rank === null ? '' : `#${row.rank}`}
      </span>
      {onFork !== undefined && (
        <button
          type="button"
          className={styles['fork']}
          onClick={onFork}
          aria-label={`Fork here with ${row.text}`}
          title={`Fork here with ${row.text} (or ⌥ click the row)`}
          data-picture="skip"
        >
          <GitFork size={12} aria-hidden="true" />
        </button>
      )}
    </li>
  );
}
