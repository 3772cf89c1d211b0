import { TriangleAlert } from 'lucide-react';
import { classNames } from '../../design/class-names';
import { formatNumber } from '../../design/format';
import { pickNames } from '../../design/lane-style';
import type { LaneEntry } from '../shared/lane-entries';
import { disagreement } from './branch-table-rows';
import styles from './branches.module.css';

const verdictMark = { right: ' ✓', wrong: ' ✗', none: '' } as const;

/** What each score would pick and whether they agree. */
export function Picks({ entry, onSelect }: { readonly entry: LaneEntry; readonly onSelect: (branch: number) => void }) {
  const { record, settings } = entry.lane;
  if (record === null || record.picks.length === 0) return null;
  /** Free text has no answer to miss. */
  const free = entry.lane.modelInfo.model.task === 'text';
  const disagree = disagreement(entry.lane);
  return (
    <div className={styles['picks']}>
      {record.picks.map((pick) => (
        <button
          key={pick.pick}
          type="button"
          className={styles['pick']}
          onClick={() => {
            onSelect(pick.branch);
          }}
        >
          <span className={styles['pickName']}>
            {pickNames[pick.pick]}
            {settings.kind === 'best-of-n' && settings.pick === pick.pick && ' (used)'}
          </span>
          {(pick.answer !== null || !free) && (
            <span className={classNames(styles['pickAnswer'], styles[pick.verdict])}>
              {pick.answer ?? 'no answer'}
              {verdictMark[pick.verdict]}
            </span>
          )}
          <span className={styles['pickBranch']}>branch {pick.branch + 1}</span>
        </button>
      ))}
      {record.passAtN !== null && (
        <span className={styles['pass']} title={`1 when any of the ${entry.lane.branches.length} branches is right`}>
          pass@{entry.lane.branches.length} {formatNumber(record.passAtN, 0)}
        </span>
      )}
      {disagree !== null && (
        <span className={styles['disagree']}>
          <TriangleAlert size={12} aria-hidden="true" /> {disagree}
        </span>
      )}
    </div>
  );
}
