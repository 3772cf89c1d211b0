import type { PromptCheck, PromptProblem } from '../contract/model';
import { type KinFact, type KinQuestion, parseKinPrompt } from './kin-grammar';

/** Longest chain of facts among the prompts the model was trained on. */
const trainedHops = 6;

function warning({ start, end }: { readonly start: number; readonly end: number }, message: string, hint: string): PromptProblem {
  return { start, end, severity: 'warning', message, hint };
}

/** The shortest chain of facts from an ancestor down to a descendant, or null; never empty: nobody descends from themselves. */
function chain(facts: readonly KinFact[], from: string, to: string): readonly KinFact[] | null {
  const reached = new Set<string>([from]);
  let ends: (readonly KinFact[])[] = [[]];
  while (ends.length > 0) {
    const next: (readonly KinFact[])[] = [];
    for (const path of ends) {
      const at = path.at(-1)?.child.text ?? from;
      for (const fact of facts) {
        if (fact.parent.text !== at || reached.has(fact.child.text)) continue;
        const longer = [...path, fact];
        if (fact.child.text === to) return longer;
        reached.add(fact.child.text);
        next.push(longer);
      }
    }
    ends = next;
  }
  return null;
}

/** What is allowed but unlike the prompts the model was trained on. */
function oddities(facts: readonly KinFact[], { candidates, root }: KinQuestion): PromptProblem[] {
  const problems: PromptProblem[] = [];
  const parents = new Map<string, string>();
  for (const { parent, child, start, end } of facts) {
    const other = parents.get(child.text);
    const pair = { start, end };
    if (other === parent.text) problems.push(warning(pair, 'This fact is stated twice.', 'Remove one of the two.'));
    else if (other !== undefined)
      problems.push(warning(pair, `${child.text} has two parents, ${other} and ${parent.text}.`, 'In training everybody had at most one.'));
    parents.set(child.text, parent.text);
  }
  const mentioned = new Set(facts.flatMap(({ parent, child }) => [parent.text, child.text]));
  for (const piece of [...candidates, root]) {
    if (!mentioned.has(piece.text))
      problems.push(warning(piece, `No fact mentions ${piece.text}.`, `Add a fact with ${piece.text}, or ask about somebody else.`));
  }
  return problems;
}

/** The answer that follows from the facts, where exactly one does. */
function findAnswer(
  facts: readonly KinFact[],
  { candidates, root }: KinQuestion,
): { path: readonly KinFact[] | null; problems: PromptProblem[] } {
  const [first, second] = candidates;
  const span = { start: first.start, end: second.end };
  if (first.text === second.text) {
    return {
      path: null,
      problems: [warning(span, 'Both candidates are the same.', 'Name two different people, so that the answer can be checked.')],
    };
  }
  const found = candidates.map((candidate) => chain(facts, root.text, candidate.text));
  const [path = null, another] = found.filter((each) => each !== null);
  if (path && another) {
    return {
      path: null,
      problems: [
        warning(
          span,
          `Both ${first.text} and ${second.text} descend from ${root.text}.`,
          'The answer cannot be checked: let only one of them descend.',
        ),
      ],
    };
  }
  if (!path) {
    return {
      path: null,
      problems: [
        warning(
          span,
          `Neither ${first.text} nor ${second.text} descends from ${root.text}.`,
          'The answer cannot be checked: let one of them descend.',
        ),
      ],
    };
  }
  if (path.length <= trainedHops) return { path, problems: [] };
  return { path, problems: [warning(span, `The answer is ${path.length} facts away.`, `In training it was at most ${trainedHops}.`)] };
}

/** Checks a prompt of the kin task: what stops a run, what is odd, and the answer the facts give. */
export function checkKinPrompt(prompt: string, names: readonly string[]): Omit<PromptCheck, 'tokens' | 'rendered'> {
  const { facts, question, problems } = parseKinPrompt(prompt, names);
  if (!question || problems.length > 0) return { problems: [...problems], expected: null, path: [], hops: null };
  const { path, problems: unanswerable } = findAnswer(facts, question);
  return {
    problems: [...oddities(facts, question), ...unanswerable],
    expected: path?.at(-1)?.child.text ?? null,
    path: path?.map(({ start, end }) => ({ start, end })) ?? [],
    hops: path?.length ?? null,
  };
}
