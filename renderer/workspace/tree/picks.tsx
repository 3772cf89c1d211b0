import type { Pick } from '../../../main/contract/lanes';
import { formatNumber } from '../../design/format';
import { pickNames } from '../../design/lane-style';
import { shownBranch } from '../../state/run-model';
import type { LaneView } from '../../state/run-view';
import styles from './picks.module.css';
import { shorten } from './tree-layout';

const marks = { right: '✓', wrong: '✗', none: '' } as const;
/** Characters of a pick's answer that are printed. */
const longestPick = 20;
const shortNames: Record<Pick, string> = { majority: 'vote', 'mean-log-probability': 'log-prob', 'self-certainty': 'certainty' };

/** Under the tree: the branch shown, what each score would pick, pass@N, and where the scores disagree. */
export function Picks({
  lane,
  free,
}: {
  readonly lane: LaneView;
  /** The task has no answer: picks name branches. */ readonly free: boolean;
}) {
  const { record, branches } = lane;
  const score = shownBranch(lane)?.record?.scores.meanLogProbability ?? null;
  const picks = record?.picks ?? [];
  const disagree = new Set(picks.map((pick) => (free ? (pick.answer ?? pick.branch) : pick.answer))).size > 1;
  const votes = (answer: string | null): number => branches.filter((branch) => branch.record?.answer === answer).length;
  return (
    <div className={styles['picks']}>
      {record !== null && record.passAtN !== null && (
        <span title="Whether any branch is right">
          pass@{branches.length} <b>{record.passAtN}</b>
        </span>
      )}
      {picks.map((pick) => (
        <span key={pick.pick} data-verdict={pick.verdict} title={`Pick by ${pickNames[pick.pick]}`}>
          {shortNames[pick.pick]}{' '}
          <b>
            {pick.answer === null ? (free ? `branch ${pick.branch + 1}` : 'none') : shorten(pick.answer, longestPick)}
            {pick.pick === 'majority' && !(free && pick.answer === null) && ` ${votes(pick.answer)}/${branches.length}`}{' '}
            {marks[pick.verdict]}
          </b>
        </span>
      ))}
      {disagree && <span className={styles['disagree']}>picks disagree</span>}
      <span className={styles['shown']} title={score === null ? undefined : `Mean log-probability ${formatNumber(score)} nats per token`}>
        branch {lane.shown + 1} shown
      </span>
    </div>
  );
}
