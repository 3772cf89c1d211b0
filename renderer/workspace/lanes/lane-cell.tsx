import { memo } from 'react';
import { useStore } from 'zustand';
import { formatNumber } from '../../design/format';
import { laneKindDescription } from '../../design/lane-style';
import { shownBranch } from '../../state/run-model';
import type { LaneView, RunView } from '../../state/run-view';
import type { ScreenColumn } from '../../state/screen';
import { useServices } from '../../state/services';
import { readsSubWords } from '../strip/cell-content';
import { Strip } from '../strip/strip';
import { BranchTree } from '../tree/branch-tree';
import { Picks } from '../tree/picks';
import { shorten } from '../tree/tree-layout';
import type { LaneDifference } from './compare-rows';
import styles from './lane-cell.module.css';
import { LaneAnswer, LaneFacts, LaneFailure, LaneProgress } from './lane-result';
import { laneStatus } from './lane-status';

export interface LaneCellProps {
  readonly column: ScreenColumn;
  /** Undefined before there is a run. */
  readonly run: RunView | undefined;
  /** Undefined where the run has no such lane. */
  readonly lane: LaneView | undefined;
  /** Why the model cannot run this lane; null where it can. */
  readonly obstacle: string | null;
  /** Prints the answer and the facts here instead of in the column's head: with several rows. */
  readonly withResult: boolean;
  readonly difference: LaneDifference | null;
}

/** Characters of the answer before that are printed. */
const longestAnswer = 24;

function DifferenceMarks({ difference }: { readonly difference: LaneDifference }) {
  const { answerBefore, divergence, entropyChange } = difference;
  const entropyChanged = Math.abs(entropyChange) >= 0.005;
  if (answerBefore === null && divergence === null && !entropyChanged) return <span className={styles['same']}>as above</span>;
  return (
    <span
      className={styles['marks']}
      title="Against the row above: the answer, the first step that differs, the change in mean entropy per step"
    >
      {answerBefore !== null && (
        <span className={styles['changed']}>
          <span className="visually-hidden">answer changed, </span>was {shorten(answerBefore, longestAnswer)}
        </span>
      )}
      {divergence !== null && <span>differs from step {divergence + 1}</span>}
      {entropyChanged && (
        <span>
          entropy {entropyChange > 0 ? '+' : '−'}
          {formatNumber(Math.abs(entropyChange))} b
        </span>
      )}
    </span>
  );
}

function LaneBody({ column, run, lane }: { readonly column: ScreenColumn; readonly run: RunView; readonly lane: LaneView }) {
  const { workspace } = useServices();
  const reading = useStore(workspace.store, (state) => state.textColumns.includes(column.key));
  const branch = shownBranch(lane);
  const several = lane.branches.length > 1;
  const words = readsSubWords(lane);
  return (
    <>
      <LaneFailure run={run} lane={lane} />
      {run.outcome === null && lane.branches.length === 0 && <p className={styles['empty']}>Reading the prompt…</p>}
      {several && (
        <div className={words ? styles['treeOfWords'] : styles['tree']}>
          <BranchTree run={run} lane={lane} title={column.style.title} />
        </div>
      )}
      {several && <Picks lane={lane} free={words} />}
      {branch !== undefined && (
        <div className={several ? (words ? styles['wordsBelowTree'] : styles['belowTree']) : styles['alone']}>
          <Strip
            key={`${run.id}-${branch.branch}`}
            run={run}
            lane={lane}
            steps={branch.steps}
            title={column.style.title}
            mode={reading ? 'text' : 'cells'}
          />
        </div>
      )}
    </>
  );
}

/** One lane of one run. */
export const LaneCell = memo(function LaneCell({ column, run, lane, obstacle, withResult, difference }: LaneCellProps) {
  if (run === undefined) return <p className={styles['empty']}>{obstacle ?? laneKindDescription(column.settings.kind)}.</p>;
  if (lane === undefined)
    return (
      <p className={styles['empty']}>{obstacle === null ? 'This lane was not part of the run.' : `Not part of the run: ${obstacle}.`}</p>
    );
  const status = laneStatus(run, lane);
  return (
    <div className={styles['cell']}>
      {withResult && (
        <div className={styles['result']}>
          <LaneAnswer lane={lane} status={status} free={readsSubWords(lane)} />
          <LaneFacts status={status} />
          <LaneProgress title={column.style.title} status={status} />
        </div>
      )}
      {difference !== null && <DifferenceMarks difference={difference} />}
      <LaneBody column={column} run={run} lane={lane} />
    </div>
  );
}, sameCell);

/** A run's picture is new with every frame; a lane's only when something of that lane is. */
function sameCell(before: LaneCellProps, after: LaneCellProps): boolean {
  return (
    before.lane === after.lane &&
    before.run?.id === after.run?.id &&
    before.run?.outcome === after.run?.outcome &&
    before.column.key === after.column.key &&
    before.column.style.title === after.column.style.title &&
    before.column.settings === after.column.settings &&
    before.obstacle === after.obstacle &&
    before.withResult === after.withResult &&
    before.difference === after.difference
  );
}
