import type { Markers } from '../contract/model';
import type { Verdict } from '../contract/run';
import { thoughtInHistory } from './lane';

/** The token after the first ⟨answer⟩, or null where the branch gave none. */
export function answerToken(history: readonly number[], { answer: [marker = NaN], ends }: Markers): number | null {
  const place = history.indexOf(marker);
  const token = place < 0 ? undefined : history[place + 1];
  return token === undefined || token === thoughtInHistory || ends.includes(token) ? null : token;
}

const longestAnswer = 120;

/**
 * What a free text answers: its last number, as is usual for questions with a number for an answer, else its last line. Numbers lose the
 * commas between thousands and a point at the end, so that votes for the same number count together.
 * @source Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv 2203.11171
 */
export function textAnswer(text: string): string | null {
  const number = text.match(/-?\d[\d,]*(?:\.\d+)?/gu)?.at(-1);
  if (number !== undefined) return number.replaceAll(',', '');
  const line = text.split('\n').findLast((each) => each.trim() !== '');
  return line === undefined ? null : line.trim().slice(0, longestAnswer);
}

/** @param expected the right answer, or null where the task defines none */
export function judge(answer: string | null, expected: string | null): Verdict {
  if (answer === null || expected === null) return 'none';
  return answer === expected ? 'right' : 'wrong';
}
