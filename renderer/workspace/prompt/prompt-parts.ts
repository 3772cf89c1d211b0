import type { PromptCheck } from '../../../main/contract/model';

/** A stretch of the prompt printed in one way. */
export interface PromptPart {
  readonly start: number;
  readonly text: string;
  readonly kind: 'space' | 'fact' | 'question' | 'text';
  /** On the path from the root to the answer. */
  readonly onPath: boolean;
  readonly problem: 'error' | 'warning' | null;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

const overlaps = (range: Range, start: number, end: number): boolean => range.start < end && range.end > start;

/**
 * The prompt cut into words and the spaces between them, every character kept: the editor prints them behind its text, so the
 * two must agree to the pixel.
 * @param check what the engine said of exactly this prompt, or null while that is not known
 */
export function promptParts(prompt: string, check: PromptCheck | null): PromptPart[] {
  const question = prompt.indexOf('?');
  return [...prompt.matchAll(/\s+|\S+/g)].map((match): PromptPart => {
    const [text] = match;
    const start = match.index;
    const end = start + text.length;
    const found = check?.problems.filter((problem) => overlaps(problem, start, end)) ?? [];
    const problem = found.some((one) => one.severity === 'error') ? 'error' : found.length > 0 ? 'warning' : null;
    const onPath = check?.path.some((range) => overlaps(range, start, end)) ?? false;
    if (text.trim() === '') return { start, text, kind: 'space', onPath: false, problem: null };
    if (question >= 0 && start >= question) return { start, text, kind: 'question', onPath, problem };
    return { start, text, kind: /→|->/.test(text) ? 'fact' : 'text', onPath, problem };
  });
}
