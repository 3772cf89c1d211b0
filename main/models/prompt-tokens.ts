import type { PromptToken } from '../contract/model';
import type { EncodeOptions, ModelTokenizer } from './tokenizer';

/**
 * The tokens of a prompt with the characters each covers. Tokens the tokenizer puts around every text cover nothing; where a
 * character is several tokens, each is given the whole character.
 */
export function promptTokens(tokenizer: ModelTokenizer, prompt: string, options: EncodeOptions = {}): PromptToken[] {
  const { ids, starts, ends } = tokenizer.encodeWithPlaces(prompt, options);
  return ids.map((id, index) => ({
    id,
    text: tokenizer.text(id),
    start: starts[index] ?? 0,
    end: ends[index] ?? 0,
    special: tokenizer.isSpecial(id),
  }));
}
