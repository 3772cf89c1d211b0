import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';

const id = z.number().int().min(0);

/** Every member by itself: zod's own records leave out the name `__proto__`, which is a token like any other. */
const vocabularySchema = z
  .custom<Record<string, number>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every((entry: unknown) => Number.isInteger(entry) && Number(entry) >= 0),
  )
  .transform((value) => new Map(Object.entries(value)));

const isPair = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string';

/** A merge as two texts, or as one with a space between. By hand: zod takes a second for the merges of a real vocabulary. */
const mergesSchema = z
  .custom<(string | [string, string])[]>(
    (value) => Array.isArray(value) && value.every((merge) => typeof merge === 'string' || isPair(merge)),
  )
  .transform((merges) =>
    merges.map((merge): readonly [string, string] => {
      if (typeof merge !== 'string') return merge;
      const space = merge.indexOf(' ', 1);
      return [merge.slice(0, space), merge.slice(space + 1)];
    }),
  );

/** Every length that occurs is tried at every place of a text. */
const longestAdded = 256;

const addedTokenSchema = z.object({
  id,
  content: z.string().max(longestAdded),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
});

/** Members of a `tokenizer.json` that are checked at once; the others are checked where they are used. */
const fileSchema = z.object({
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  post_processor: z.unknown().optional(),
  decoder: z.unknown().optional(),
  model: z.object({
    type: z.string().nullish(),
    vocab: vocabularySchema,
    merges: mergesSchema.nullish(),
    unk_token: z.string().nullish(),
    fuse_unk: z.boolean().nullish(),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
    continuing_subword_prefix: z.string().nullish(),
    end_of_word_suffix: z.string().nullish(),
  }),
  added_tokens: z.array(addedTokenSchema.transform((token) => ({ ...token, normalized: token.normalized ?? !token.special }))).default([]),
});
export type TokenizerFile = z.infer<typeof fileSchema>;

/** @throws InterlinearError `bad-model` */
export function parseTokenizerFile(value: unknown, hint: string): TokenizerFile {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw new InterlinearError('bad-model', 'tokenizer.json is not a tokenizer with a vocabulary.', hint);
  return parsed.data;
}
