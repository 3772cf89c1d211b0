import { formatCount, formatMilliseconds } from '../../design/format';
import type { LaneView, RunView } from '../../state/run-view';

export type LaneStatusKind = 'waiting' | 'running' | 'done' | 'stopped' | 'failed' | 'interrupted';

export interface LaneStatus {
  readonly kind: LaneStatusKind;
  /** "16 branches, 2 cut"; empty before the first step. Cut: ended by the lane's limit of steps, not by the model. */
  readonly facts: string;
  /** "52 ms" */
  readonly time: string;
  /** "212/s"; empty where there is no rate. */
  readonly rate: string;
  /** 0 to 1 where the lane's length is known beforehand, else null. */
  readonly progress: number | null;
}

function kindOf(run: RunView, lane: LaneView): LaneStatusKind {
  const state = lane.record?.state ?? (lane.branches.length > 0 ? 'running' : 'waiting');
  if (state === 'running' || state === 'waiting') {
    if (run.outcome === null) return state;
    if (run.outcome.status === 'interrupted') return 'interrupted';
    return run.outcome.status === 'failed' ? 'failed' : 'stopped';
  }
  return state === 'cancelled' ? 'stopped' : state;
}

function progressOf(lane: LaneView): number | null {
  const { settings } = lane;
  const finished = lane.branches.filter((branch) => branch.record !== null && branch.record.state !== 'running').length;
  switch (settings.kind) {
    case 'best-of-n':
      return finished / settings.n;
    case 'cot':
      return settings.samples > 1 ? finished / settings.samples : null;
    case 'coconut':
      // The marker, the thoughts, the answer's marker, the answer and the end.
      return Math.min(1, (lane.branches[0]?.steps.length ?? 0) / (settings.thoughts + 4));
    case 'direct':
      return null;
    default:
      return settings satisfies never;
  }
}

export function laneStatus(run: RunView, lane: LaneView): LaneStatus {
  const kind = kindOf(run, lane);
  const steps = lane.branches.reduce((sum, branch) => sum + branch.steps.length, 0);
  const cut = lane.branches.filter((branch) => branch.record?.state === 'cut').length;
  const size =
    lane.branches.length > 1
      ? `${formatCount(lane.branches.length, 'branch', 'branches')}${cut > 0 ? `, ${cut} cut` : ''}`
      : `${formatCount(steps, 'step')}${cut > 0 ? ', cut' : ''}`;
  const time = lane.record !== null && lane.record.milliseconds > 0 ? formatMilliseconds(lane.record.milliseconds) : '';
  const perSecond = lane.record?.tokensPerSecond ?? 0;
  return {
    kind,
    facts: kind === 'waiting' ? '' : size,
    time,
    rate: perSecond > 0 && Number.isFinite(perSecond) ? `${Math.round(perSecond)}/s` : '',
    progress: kind === 'running' ? progressOf(lane) : null,
  };
}
