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

/** How texts mark what they answer: LaTeX's box, GSM8K's ####, and the phrase that chains of thought are read for. The last mark counts. */
const marked = /\\boxed\{([^{}\n]+)\}|####[ \t]*(\S[^\n]*)|\banswer\**(?:[ \t]+is\b|:)[ \t]*:?[ \t]*(\S[^\n]*)/giu;

/** A number at the start of an answer, whatever sign of money, emphasis or mathematics stands before it. */
const numberFirst = /^[$€£*\\( ]*(-?\d[\d,]*(?:\.\d+)?)(?![\d.,]*\d)/u;

/**
 * What a free text answers: what it marks as its answer, else its last line. A marked number loses the commas between thousands and what follows
 * it, so that votes for the same number count together. A number that is not marked is no answer: texts number their lists and name years.
 * @source Wei et al., "Chain-of-Thought Prompting Elicits Reasoning in Large Language Models", arXiv 2201.11903 ("The answer is")
 */
export function textAnswer(text: string): string | null {
  const mark = [...text.matchAll(marked)].at(-1);
  const found = mark?.[1] ?? mark?.[2] ?? mark?.[3];
  const number = numberFirst.exec(found ?? '')?.[1];
  if (number !== undefined) return number.replaceAll(',', '');
  const answer =
    found?.replaceAll(/^[*\s]+|[*.\s]+$/gu, '') ??
    text
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim() ??
    '';
  if (answer === '') return null;
  const characters = [...answer];
  return characters.length <= longestAnswer ? answer : `${characters.slice(0, longestAnswer - 1).join('')}…`;
}

/** @param expected the right answer, or null where the task defines none */
export function judge(answer: string | null, expected: string | null): Verdict {
  if (answer === null || expected === null) return 'none';
  return answer === expected ? 'right' : 'wrong';
}
