import type { PromptToken } from '../contract/model';
import type { ModelTokenizer } from './tokenizer';

/**
 * The tokens of a prompt with the characters each covers. Words are encoded one by one, since the tokenizer gives no places;
 * tokens it puts in front of every text cover nothing. Where a word is several tokens, each is given the whole word.
 */
export function promptTokens(tokenizer: ModelTokenizer, prompt: string): PromptToken[] {
  const token = (id: number, start: number, end: number): PromptToken => ({
    id,
    text: tokenizer.text(id),
    start,
    end,
    special: tokenizer.isSpecial(id),
  });
  const added = tokenizer.encode('');
  const words = [...prompt.matchAll(/\S+/gu)].flatMap(({ 0: word, index }) =>
    tokenizer
      .encode(word)
      .slice(added.length)
      .map((id) => token(id, index, index + word.length)),
  );
  return [...added.map((id) => token(id, 0, 0)), ...words];
}
