import { Check, Minus, X } from 'lucide-react';
import type { LaneView, RunView } from '../../state/run-view';
import styles from './lane-result.module.css';
import type { LaneStatus } from './lane-status';

const verdictWords = { right: 'right', wrong: 'wrong', none: '' } as const;
const stateWords = {
  waiting: 'waiting',
  running: 'running',
  done: '',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted',
} as const;

export interface LaneAnswerProps {
  readonly lane: LaneView;
  readonly status: LaneStatus;
  /** The model writes free text: there is no right answer, so nothing is ticked or crossed, and none is missed. */
  readonly free: boolean;
}

/** The lane's answer with its verdict, or why there is none yet. */
export function LaneAnswer({ lane, status, free }: LaneAnswerProps) {
  const answer = lane.record?.answer ?? null;
  const verdict = lane.record?.verdict ?? 'none';
  const word = stateWords[status.kind];
  // Of a free text that was stopped, the last line is no answer.
  if (answer === null || (free && word !== '')) {
    return (
      <span className={styles['state']} data-state={status.kind}>
        {word === '' && !free ? 'no answer' : word}
      </span>
    );
  }
  return (
    <span className={styles['answer']} data-verdict={verdict} title={free ? answer : undefined}>
      {word !== '' && <span className={styles['state']}>{word} · </span>}
      <span className={styles['answerText']}>{answer}</span>
      {verdict === 'right' && <Check size={14} strokeWidth={2.6} aria-hidden="true" />}
      {verdict === 'wrong' && <X size={14} strokeWidth={2.6} aria-hidden="true" />}
      {verdict === 'none' && !free && <Minus size={12} aria-hidden="true" />}
      {!(free && verdict === 'none') && (
        <span className="visually-hidden">{verdict === 'none' ? 'not checked' : verdictWords[verdict]}</span>
      )}
    </span>
  );
}

/** Steps, time and rate of a lane. */
export function LaneFacts({ status }: { readonly status: LaneStatus }) {
  return (
    <span className={styles['facts']}>
      {status.facts}
      {status.time !== '' && <span className={styles['time']}> · {status.time}</span>}
      {status.rate !== '' && <span className={styles['rate']}> · {status.rate}</span>}
    </span>
  );
}

/** A thin line under the head of a running lane. */
export function LaneProgress({ title, status }: { readonly title: string; readonly status: LaneStatus }) {
  if (status.kind !== 'running') return null;
  const value = status.progress;
  return (
    <progress className={styles['progress']} aria-label={`Progress of ${title}`} {...(value !== null && { value })} max={1}>
      running
    </progress>
  );
}

/** What a lane says besides its steps when it failed. A lost engine is said once, above the lanes. */
export function LaneFailure({ run, lane }: { readonly run: RunView; readonly lane: LaneView }) {
  const failedRun = run.outcome?.status === 'failed' && lane.record?.state !== 'done' ? run.outcome.error : null;
  const error = lane.record?.error ?? failedRun;
  if (error === null || error.code === 'cancelled') return null;
  return (
    <div className={styles['failure']} role="alert">
      <strong>{error.message}</strong>
      <p>{error.hint}</p>
    </div>
  );
}
