import { InterlinearError } from '../contract/errors';

/** Metadata of a GGUF file: `GgufValue`s, of which nothing is taken for granted here. */
export type GgufMetadata = ReadonlyMap<string, unknown>;

/** Kinds of tokens, as GGUF numbers them (after SentencePiece). */
export const tokenKinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

export interface GgufVocabulary {
  /** Token by id; every text once. */
  readonly tokens: readonly string[];
  readonly ids: ReadonlyMap<string, number>;
  /** Kind by id, one of `tokenKinds`. */
  readonly kinds: ArrayLike<number>;
}

const mostTokens = 2 ** 21;
const longestToken = 65_536;
const hint = 'The GGUF file is damaged or was made by a broken converter: download it again, or take another.';

export const badVocabulary = (message: string): InterlinearError => new InterlinearError('bad-model', message, hint);

/** @throws InterlinearError `bad-model` where the value is there and no string */
export function readString(metadata: GgufMetadata, key: string): string | null {
  const value = metadata.get(key) ?? null;
  if (value === null || typeof value === 'string') return value;
  throw badVocabulary(`${key} is not a string.`);
}

/** @throws InterlinearError `bad-model` where the value is there and neither true nor false */
export function readBoolean(metadata: GgufMetadata, key: string): boolean | null {
  const value = metadata.get(key) ?? null;
  if (value === null || typeof value === 'boolean') return value;
  throw badVocabulary(`${key} is not a boolean.`);
}

/** @throws InterlinearError `bad-model` where the value is there and no list of strings */
export function readStrings(metadata: GgufMetadata, key: string): readonly string[] | null {
  const value = metadata.get(key) ?? null;
  if (value === null) return null;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw badVocabulary(`${key} is not a list of strings.`);
}

/**
 * A list of numbers with one entry a token.
 * @throws InterlinearError `bad-model` where the value is there and anything else
 */
export function readNumbers(metadata: GgufMetadata, key: string, length: number): ArrayLike<number> | null {
  const value = metadata.get(key) ?? null;
  if (value === null) return null;
  const list: unknown =
    ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as unknown as ArrayLike<unknown>) : value;
  if (!Array.isArray(list) || list.length !== length) throw badVocabulary(`${key} is not a list of ${length} numbers.`);
  const isNumber = (item: unknown): item is number => typeof item === 'number' && !Number.isNaN(item);
  if (!list.every(isNumber)) throw badVocabulary(`${key} holds something else than numbers.`);
  return list;
}

/**
 * Id of a token named by the metadata, or null. Some converters write the largest 32-bit number where there is none.
 * @throws InterlinearError `bad-model` for an id no token has
 */
export function readTokenId(metadata: GgufMetadata, key: string, { tokens }: GgufVocabulary): number | null {
  const value = metadata.get(key) ?? null;
  if (value === null || value === 0xffff_ffff || value === -1) return null;
  const id = typeof value === 'bigint' ? Number(value) : value;
  if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < tokens.length) return id;
  throw badVocabulary(`${key} is no token of ${tokens.length}.`);
}

/**
 * Tokens of a GGUF file with their kinds.
 * @throws InterlinearError `bad-model` where there are none, a text occurs twice, or is longer than any real one
 */
export function readVocabulary(metadata: GgufMetadata): GgufVocabulary {
  const listed = readStrings(metadata, 'tokenizer.ggml.tokens');
  if (listed === null || listed.length === 0) throw badVocabulary('The file has no vocabulary.');
  if (listed.length > mostTokens) throw badVocabulary(`The file has ${listed.length} tokens, more than any model.`);
  const ids = new Map<string, number>();
  const tokens = listed.map((text, id) => {
    // An empty text would match everywhere. llama.cpp gives it the same name.
    const token = text === '' ? `[EMPTY_${id}]` : text;
    if (token.length > longestToken) throw badVocabulary(`Token ${id} is ${token.length} characters long.`);
    if (ids.has(token)) throw badVocabulary(`The tokens ${ids.get(token)} and ${id} have the same text.`);
    ids.set(token, id);
    return token;
  });
  const kinds = readNumbers(metadata, 'tokenizer.ggml.token_type', tokens.length);
  return { tokens, ids, kinds: kinds ?? new Uint8Array(tokens.length).fill(tokenKinds.normal) };
}
