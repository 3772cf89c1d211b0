import type { Pick } from '../../../main/contract/lanes';
import type { LaneRecord } from '../../../main/contract/run';
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

/** What a score picks: its answer; of free text, whose answers are long, the branch. */
function pickText({ answer, branch }: LaneRecord['picks'][number], free: boolean): string {
  if (free && (answer === null || answer.length > longestPick)) return `branch ${branch + 1}`;
  return answer === null ? 'none' : shorten(answer, longestPick);
}

/** Under the tree: the branch shown, what each score would pick, pass@N, and where the scores disagree. */
export function Picks({
  lane,
  free,
}: {
  readonly lane: LaneView;
  /** The task has no answer: picks name branches. */ readonly free: boolean;
}) {
  const { record, branches } = lane;
  const votes = (answer: string | null): number => branches.filter((branch) => branch.record?.answer === answer).length;
  const score = shownBranch(lane)?.record?.scores.meanLogProbability ?? null;
  const picks = record?.picks ?? [];
  /** No two texts answer the same, so there is nothing to count. */
  const apart = free && branches.length > 1 && branches.every(({ record: one }) => one !== null && votes(one.answer) <= 1);
  const disagree = new Set(picks.map((pick) => (free ? (pick.answer ?? pick.branch) : pick.answer))).size > 1;
  return (
    <div className={styles['picks']}>
      {record !== null && record.passAtN !== null && (
        <span title="Whether any branch is right">
          pass@{branches.length} <b>{record.passAtN}</b>
        </span>
      )}
      {picks.map((pick) => (
        <span
          key={pick.pick}
          data-verdict={pick.verdict}
          title={`Pick by ${pickNames[pick.pick]}${free && pick.answer !== null ? `: ${pick.answer}` : ''}`}
        >
          {shortNames[pick.pick]}{' '}
          <b>
            {pickText(pick, free)}
            {pick.pick === 'majority' && !apart && !(free && pick.answer === null) && ` ${votes(pick.answer)}/${branches.length}`}{' '}
            {marks[pick.verdict]}
          </b>
        </span>
      ))}
      {apart && <span title="Each branch answers differently: the vote goes to the most probable one">no two alike</span>}
      {disagree && <span className={styles['disagree']}>picks disagree</span>}
      <span className={styles['shown']} title={score === null ? undefined : `Mean log-probability ${formatNumber(score)} nats per token`}>
        branch {lane.shown + 1} shown
      </span>
    </div>
  );
}
