import { visibleToken } from '../../design/token-pieces';
import type { LaneEntry } from '../shared/lane-entries';

/** What stands at a position a branch has read. */
export interface SequenceToken {
  readonly text: string;
  readonly kind: 'prompt' | 'token' | 'thought';
  /** The step that stands here, or null in the prompt. */
  readonly step: number | null;
}

export const promptLength = (entry: LaneEntry): number => entry.lane.modelInfo.check.tokens.length;

/** Positions the lane's shown branch has read: the prompt, and every step but the last. */
export function positionsRead(entry: LaneEntry): number {
  const steps = entry.branch?.steps.length ?? 0;
  return steps === 0 ? 0 : promptLength(entry) + steps - 1;
}

/** The position whose pass produced a step, and back; null for positions that only read the prompt. */
export const positionOfStep = (entry: LaneEntry, step: number): number => promptLength(entry) - 1 + step;
export function stepOfPosition(entry: LaneEntry, position: number): number | null {
  const step = position - promptLength(entry) + 1;
  return step >= 0 ? step : null;
}

export function tokenAt(entry: LaneEntry, position: number): SequenceToken {
  const prompt = entry.lane.modelInfo.check.tokens[position];
  if (prompt !== undefined) return { text: prompt.text, kind: 'prompt', step: null };
  const step = position - promptLength(entry);
  const record = entry.branch?.steps.at(step);
  if (record?.kind !== 'token') return { text: '◆', kind: 'thought', step };
  return { text: entry.lane.modelInfo.vocabulary[record.tokenId] ?? `#${record.tokenId}`, kind: 'token', step };
}

/** The token as it is printed: whitespace can be seen. */
export const printed = ({ text, kind }: SequenceToken): string => (kind === 'thought' ? text : visibleToken(text));
