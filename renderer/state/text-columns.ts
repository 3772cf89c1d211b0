import { isSpecialToken } from '../design/token-pieces';

/**
 * Where steps stand in the text their branch wrote, so that lanes whose tokenizers cut text differently can be laid side by side.
 * `starts[i]` is the number of characters before step i, white space not counted: tokenizers differ in whether a space is part of a
 * word's token, of the one before, or of none. The last element is the end of the text, so there is one more than steps.
 */
export type TextColumns = readonly number[];

/** A byte that is no whole character, as a tokenizer shows it. */
const shownByte = /<0x([0-9A-F]{2})>/gu;

/** UTF-16 units a byte adds to the text: a character's first byte all of them, the bytes after it none. */
function unitsOfByte(byte: number): number {
  if (byte >= 0x80 && byte < 0xc0) return 0;
  return byte >= 0xf0 ? 2 : 1;
}

/** Columns one step takes: characters of its token that are no white space. A thought, which has no text, takes one; a control token none. */
export function columnsOf(text: string, thought: boolean): number {
  if (thought) return 1;
  if (isSpecialToken(text)) return 0;
  let units = 0;
  const rest = text.replaceAll(shownByte, (_whole, hex: string) => {
    units += unitsOfByte(Number.parseInt(hex, 16));
    return '';
  });
  return units + rest.replaceAll(/\s/gu, '').length;
}

/** The step whose text covers a column, or null past the end. Of steps without text none covers anything. */
export function stepAtColumn(starts: TextColumns, column: number): number | null {
  const end = starts.at(-1) ?? 0;
  if (column < 0 || column >= end) return null;
  let low = 0;
  let high = starts.length - 2;
  // The last step that begins at or before the column: the ones without text begin there too, before it.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? Infinity) <= column) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The step of `to` that stands beside step `step` of `from`: the one whose text covers the character with which that step begins. At the
 * end of both texts, where steps have none (the tokens that end them), ends meet. Null where the other text is shorter.
 */
export function alignByText(from: TextColumns, step: number, to: TextColumns): number | null {
  const column = from[step];
  if (column === undefined || step >= from.length - 1) return null;
  const covering = stepAtColumn(to, column);
  if (covering !== null || column !== to.at(-1) || column !== from.at(-1)) return covering;
  const ending = to.findIndex((start) => start === column);
  return ending < to.length - 1 ? ending : null;
}
