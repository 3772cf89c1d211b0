import type { PromptProblem } from '../contract/model';

/** A piece of the prompt: characters `start` to `end`, the latter not included. */
interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** `ada→bob`: the child is a child of the parent. */
export interface KinFact extends Piece {
  readonly parent: Piece;
  readonly child: Piece;
}

/** `? tom or sue from ada` */
export interface KinQuestion {
  readonly candidates: readonly [Piece, Piece];
  readonly root: Piece;
}

export interface KinPrompt {
  readonly facts: readonly KinFact[];
  /** Null where the question is missing or incomplete. */
  readonly question: KinQuestion | null;
  readonly problems: readonly PromptProblem[];
}

const factHint = 'Write facts without spaces, for example ada→bob or ada->bob.';
const questionHint = 'End the prompt with a question, for example ? tom or sue from ada.';

function error(piece: Omit<Piece, 'text'>, message: string, hint: string): PromptProblem {
  return { start: piece.start, end: piece.end, severity: 'error', message, hint };
}

/** The names as the parser needs them: to look up, and to show. */
class Names {
  private readonly known: ReadonlySet<string>;

  constructor(private readonly names: readonly string[]) {
    this.known = new Set(names);
  }

  problem(piece: Piece): PromptProblem[] {
    if (this.known.has(piece.text)) return [];
    const lowerCase = piece.text.toLowerCase();
    const hint = this.known.has(lowerCase) ? `Write it in lower case: ${lowerCase}.` : `The model knows ${this.names.join(', ')}.`;
    return [error(piece, `“${piece.text}” is not a name the model knows.`, hint)];
  }
}

function parseFact(word: Piece, names: Names): { readonly fact: KinFact | null; readonly problems: PromptProblem[] } {
  const [, parentText, arrow, childText] = /^(.+?)(→|->)(.+)$/u.exec(word.text) ?? [];
  if (!parentText || !arrow || !childText || /→|->/u.test(childText)) {
    return { fact: null, problems: [error(word, `“${word.text}” is not a fact.`, factHint)] };
  }
  const parent = { text: parentText, start: word.start, end: word.start + parentText.length };
  const child = { text: childText, start: parent.end + arrow.length, end: word.end };
  const problems = [...names.problem(parent), ...names.problem(child)];
  if (parentText === childText)
    problems.push(error(word, `“${word.text}” makes ${parentText} a parent of itself.`, 'Name two different people.'));
  return { fact: { ...word, parent, child }, problems };
}

function parseQuestion(mark: Piece, words: readonly Piece[], names: Names): { question: KinQuestion | null; problems: PromptProblem[] } {
  const [first, or, second, from, root, ...rest] = words;
  const upTo = (piece: Piece | undefined): Omit<Piece, 'text'> => ({ start: mark.start, end: (piece ?? mark).end });
  const missing = (after: Piece | undefined, message: string) => ({
    question: null,
    problems: [error(upTo(after), message, questionHint)],
  });
  if (!first) return missing(mark, 'The question has no candidates.');
  if (!or || !second) return missing(or ?? first, 'The question has only one candidate.');
  if (or.text !== 'or') return { question: null, problems: [error(or, `“or” should stand here, not “${or.text}”.`, questionHint)] };
  if (!from || !root) return missing(from ?? second, 'The question does not say from whom.');
  if (from.text !== 'from')
    return { question: null, problems: [error(from, `“from” should stand here, not “${from.text}”.`, questionHint)] };
  const problems = [first, second, root].flatMap((name) => names.problem(name));
  const [surplus] = rest;
  if (surplus) {
    const end = rest.at(-1)?.end ?? surplus.end;
    problems.push(
      error({ start: surplus.start, end }, 'The prompt goes on after the question.', 'Put all facts before the question mark.'),
    );
  }
  return { question: { candidates: [first, second], root }, problems };
}

/**
 * Reads a prompt of the kin task: facts, then one question.
 * @param names the names the model knows
 */
export function parseKinPrompt(prompt: string, names: readonly string[]): KinPrompt {
  const words = [...prompt.matchAll(/\S+/gu)].map(({ 0: text, index }): Piece => ({ text, start: index, end: index + text.length }));
  const whole = { start: 0, end: prompt.length };
  if (words.length === 0) {
    return {
      facts: [],
      question: null,
      problems: [error(whole, 'The prompt is empty.', 'Write facts and a question, for example ada→bob ? bob or sue from ada.')],
    };
  }
  const known = new Names(names);
  const markAt = words.findIndex(({ text }) => text === '?');
  const facts = words.slice(0, markAt < 0 ? words.length : markAt).map((word) => parseFact(word, known));
  const problems = facts.flatMap((parsed) => parsed.problems);
  const mark = words[markAt];
  const asked = mark
    ? parseQuestion(mark, words.slice(markAt + 1), known)
    : { question: null, problems: [error(whole, 'The prompt asks no question.', questionHint)] };
  if (mark && facts.length === 0) problems.push(error(mark, 'There are no facts before the question.', factHint));
  return { facts: facts.flatMap(({ fact }) => fact ?? []), question: asked.question, problems: [...problems, ...asked.problems] };
}
