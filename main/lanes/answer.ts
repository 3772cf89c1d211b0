import type { Markers } from '../contract/model';
import type { Verdict } from '../contract/run';
import { thoughtInHistory } from './lane';

/** The token after the first ⟨answer⟩, or null where the branch gave none. */
export function answerToken(history: readonly number[], markers: Markers): number | null {
  const place = history.indexOf(markers.answer);
  const token = place < 0 ? undefined : history[place + 1];
  return token === undefined || token === thoughtInHistory || token === markers.end ? null : token;
}

/** @param expected the right answer, or null where the task defines none */
export function judge(answer: string | null, expected: string | null): Verdict {
  if (answer === null || expected === null) return 'none';
  return answer === expected ? 'right' : 'wrong';
}
