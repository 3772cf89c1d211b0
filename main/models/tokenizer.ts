import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { InterlinearError } from '../contract/errors';

const hint = 'The model is damaged or incomplete: copy or download it again.';
const id = z.number().int().min(0);

/** Members of a `tokenizer.json` that are read here; the library reads the rest. */
const fileSchema = z.looseObject({
  model: z.looseObject({ type: z.string(), unk_token: z.string().nullish(), vocab: z.record(z.string(), id) }),
  added_tokens: z.array(z.looseObject({ id, content: z.string(), special: z.boolean() })).default([]),
  decoder: z.unknown().optional(),
});

/** Text to token ids and back, by a checkpoint's `tokenizer.json`. */
export class ModelTokenizer {
  readonly vocabulary: readonly string[];
  private readonly ids: ReadonlyMap<string, number>;
  private readonly specials: ReadonlySet<number>;
  private readonly tokenizer: Tokenizer;

  /**
   * @param value contents of a `tokenizer.json`
   * @param vocabularySize rows of the model's embedding table; a token beyond it has no meaning to the model
   * @throws InterlinearError `bad-model`
   */
  constructor(value: unknown, vocabularySize: number) {
    const parsed = fileSchema.safeParse(value);
    if (!parsed.success) throw new InterlinearError('bad-model', 'tokenizer.json is not a tokenizer with a vocabulary.', hint);
    const { model, added_tokens: added } = parsed.data;
    const ids = new Map([...Object.entries(model.vocab), ...added.map((token) => [token.content, token.id] as const)]);
    const vocabulary = Array.from({ length: vocabularySize }, () => '');
    for (const [text, token] of ids) {
      if (token >= vocabularySize) {
        throw new InterlinearError(
          'bad-model',
          `tokenizer.json gives “${text}” the id ${token}, the model has ${vocabularySize} tokens.`,
          hint,
        );
      }
      vocabulary[token] = text;
    }
    this.ids = ids;
    this.vocabulary = vocabulary;
    this.specials = new Set(added.flatMap((token) => (token.special ? [token.id] : [])));
    try {
      // The library takes the token for unknown words from a second file; without it a word-level model gives no id at all.
      this.tokenizer = new Tokenizer(parsed.data, { unk_token: model.unk_token ?? undefined });
    } catch (error) {
      throw new InterlinearError(
        'bad-model',
        `tokenizer.json cannot be used: ${error instanceof Error ? error.message : String(error)}.`,
        hint,
        { cause: error },
      );
    }
  }

  encode(prompt: string): readonly number[] {
    return this.tokenizer.encode(prompt).ids;
  }

  text(tokenId: number): string {
    return this.vocabulary[tokenId] ?? '';
  }

  /** Id of a token by its exact text, or null. */
  find(text: string): number | null {
    return this.ids.get(text) ?? null;
  }

  isSpecial(tokenId: number): boolean {
    return this.specials.has(tokenId);
  }
}
