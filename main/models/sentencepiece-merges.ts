import { InterlinearError } from '../contract/errors';

/** Characters looked at while every token is cut in two at every place; a real vocabulary takes some millions. */
const mostWork = 400_000_000;

interface Merge {
  readonly left: string;
  readonly right: string;
  readonly score: number;
}

const codePoints = (text: string): number => [...text].length;

/**
 * Merges of a SentencePiece vocabulary, first to be applied first: every way to make a token of two others, the token with the
 * better score first, then the longer left part.
 * @param ids token -> id
 * @param scores per id
 * @throws InterlinearError `bad-model` for tokens so long that no text could hold them
 * @source `generate_merges` of transformers, on which its converted tokenizers rest
 */
export function mergesFromScores(ids: ReadonlyMap<string, number>, scores: ArrayLike<number>): (readonly [string, string])[] {
  let work = 0;
  for (const token of ids.keys()) work += token.length ** 2;
  if (work > mostWork) throw new InterlinearError('bad-model', 'The vocabulary has tokens too long to be merged from parts.');
  const merges: (Merge & { readonly lengths: readonly [number, number] })[] = [];
  for (const [token, id] of ids) {
    const characters = [...token];
    const parts: (Merge & { readonly order: readonly [number, number] })[] = [];
    let left = '';
    for (let cut = 1; cut < characters.length; cut++) {
      left += characters[cut - 1] ?? '';
      const leftId = ids.get(left);
      if (leftId === undefined) continue;
      const right = token.slice(left.length);
      const rightId = ids.get(right);
      if (rightId !== undefined) parts.push({ left, right, score: scores[id] ?? 0, order: [leftId, rightId] });
    }
    parts.sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
    for (const { order: _, ...merge } of parts) merges.push({ ...merge, lengths: [codePoints(merge.left), codePoints(merge.right)] });
  }
  merges.sort((a, b) => b.score - a.score || b.lengths[0] - a.lengths[0] || b.lengths[1] - a.lengths[1]);
  return merges.map(({ left, right }) => [left, right]);
}
