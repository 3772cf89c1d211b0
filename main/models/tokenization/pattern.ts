import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';

/** Parts of a chain of steps, and characters that one step puts in place of others: far more than published files have. */
export const mostSteps = 64;
export const longestReplacement = 256;

/** What is looked for: a text as it is, or an expression in the dialect of Oniguruma. */
export const patternSchema = z.union([z.object({ String: z.string().min(1) }), z.object({ Regex: z.string().max(10_000) })]);
export type Pattern = z.infer<typeof patternSchema>;

const refuse = (cause?: unknown): InterlinearError =>
  new InterlinearError(
    'unsupported',
    'The tokenizer cuts text by an expression that cannot be used here.',
    'If the model is also published as GGUF, use that file.',
    { cause },
  );

/**
 * Whether a group may occur many times, as in `(a+)+`. Matching such an expression can take time without end, and the file that
 * brings it is not to be trusted; the patterns of published models repeat only characters and sets of them.
 */
const repeatsGroup = (expression: string): boolean => /\)(?:[*+]|\{)/u.test(expression.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/gsu, 'x'));

/**
 * A pattern of a `tokenizer.json` as an expression of JavaScript, flags `gu`. The two dialects differ in what a space, a digit or a
 * word is; the library translates.
 * @throws InterlinearError `unsupported` where that is not possible
 */
export function compilePattern(pattern: Pattern): RegExp {
  if ('Regex' in pattern && repeatsGroup(pattern.Regex)) throw refuse();
  try {
    const compiled = new SplitPreTokenizer({ type: 'Split', pattern, behavior: 'Isolated', invert: false }).pattern;
    if (compiled !== null) return new RegExp(compiled.source, 'gu');
  } catch (error) {
    throw refuse(error);
  }
  throw refuse();
}

/** Ranges of every match that is not empty, in order. @param expression with the flags `gu` */
export function matches(expression: RegExp, text: string): (readonly [from: number, to: number])[] {
  const found: (readonly [number, number])[] = [];
  // Not `matchAll`: it makes a copy of the expression each time, and this runs for every word.
  expression.lastIndex = 0;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    const to = expression.lastIndex;
    if (match[0] === '') expression.lastIndex += (text.codePointAt(to) ?? 0) > 0xffff ? 2 : 1;
    else found.push([match.index, to]);
  }
  return found;
}
