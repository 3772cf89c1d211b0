import { pickNames } from '../../design/lane-style';
import type { LaneRecord } from '../../../main/contract/run';
import styles from './picks.module.css';

const marks = { right: '✓', wrong: '✗', none: '' } as const;

/** What each score would pick, pass@N, and where the scores disagree. */
export function Picks({ record, branches }: { readonly record: LaneRecord; readonly branches: number }) {
  if (record.picks.length === 0) return null;
  const disagree = new Set(record.picks.map((pick) => pick.answer)).size > 1;
  return (
    <div className={styles['picks']}>
      {record.passAtN !== null && (
        <span>
          pass@{branches} <b>{record.passAtN}</b>
        </span>
      )}
      {record.picks.map((pick) => (
        <span key={pick.pick} data-verdict={pick.verdict}>
          {pickNames[pick.pick]}{' '}
          <b>
            {pick.answer ?? 'none'} {marks[pick.verdict]}
          </b>
        </span>
      ))}
      {disagree && <span className={styles['disagree']}>picks disagree</span>}
    </div>
  );
}
