import { contradiction, type Place, unreadable } from './problems';

/** Sizes of a decoder that depend on one another. */
interface HeadSizes {
  readonly width: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headWidth: number;
}

/**
 * Heads of a decoder, with what configurations leave out filled in.
 * @throws InterlinearError `bad-model` when they do not fit together
 */
export function headSizes(
  place: Place,
  width: number,
  heads: number,
  given: { readonly keyValueHeads?: number | null | undefined; readonly headWidth?: number | null | undefined },
): HeadSizes {
  const keyValueHeads = given.keyValueHeads ?? heads;
  const headWidth = given.headWidth ?? width / heads;
  if (heads % keyValueHeads !== 0)
    throw unreadable(place, `${heads} attention heads cannot share ${keyValueHeads} heads of keys and values.`, contradiction);
  if (!Number.isInteger(headWidth)) throw unreadable(place, `a width of ${width} cannot be cut into ${heads} heads.`, contradiction);
  return { width, heads, keyValueHeads, headWidth };
}

/** @throws InterlinearError `bad-model` for an odd width, whose coordinates cannot turn in pairs */
export function checkRotaryWidth(place: Place, headWidth: number): void {
  if (headWidth % 2 !== 0) throw unreadable(place, `rotary embeddings need an even head width, not ${headWidth}.`, contradiction);
}
