/** How a byte-level vocabulary cuts text into pieces before merging, as the members of a `tokenizer.json`. */
export interface PreTokenization {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object;
  /** A piece that is a token as it stands is not merged from its characters. */
  readonly ignore_merges: boolean;
  /** Whether a text starts with the token for its beginning where the file does not say. */
  readonly addBos: boolean;
}

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
/** Cuts by GPT-2's pattern, which is built into `ByteLevel`. */
const gpt2 = { ...byteLevel, use_regex: true };

const split = (pattern: string): object => ({ type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false });
const sequence = (...pretokenizers: readonly object[]): object => ({ type: 'Sequence', pretokenizers });
const digits = { type: 'Digits', individual_digits: true };

/** The pattern Llama 3 and Qwen 2 share but for the length of a number. */
const wordsAndNumbers = (number: string): string =>
  [
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)",
    '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+',
    number,
    ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*',
    '\\s*[\\r\\n]+',
    '\\s+(?!\\S)',
    '\\s+',
  ].join('|');

const tekken =
  '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+|' +
  '[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*|' +
  '\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

const plain = { normalizer: null, ignore_merges: false, addBos: false } as const;
const likeGpt2: PreTokenization = { ...plain, pre_tokenizer: gpt2 };
const likeSmollm: PreTokenization = { ...plain, pre_tokenizer: sequence(digits, gpt2) };
const likeQwen2: PreTokenization = {
  ...plain,
  normalizer: { type: 'NFC' },
  pre_tokenizer: sequence(split(wordsAndNumbers('\\p{N}')), byteLevel),
};
const likeLlama3: PreTokenization = {
  normalizer: null,
  ignore_merges: true,
  addBos: true,
  pre_tokenizer: sequence(split(wordsAndNumbers('\\p{N}{1,3}')), byteLevel),
};
/** For files older than the key that names the rule: what llama.cpp falls back on. */
const byDefault: PreTokenization = {
  ...plain,
  pre_tokenizer: sequence(
    split('[\\p{P}\\$\\+<=>\\^~\\|]+'),
    split("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"),
    split('\\p{N}+'),
    split('[0-9][0-9][0-9]'),
    byteLevel,
  ),
};

/** By the value of `tokenizer.ggml.pre`; each is what the `tokenizer.json` of the model it is named after says. */
export const preTokenizations: ReadonlyMap<string, PreTokenization> = new Map([
  ['default', byDefault],
  ['gpt-2', likeGpt2],
  ['phi-2', likeGpt2],
  ['smollm', likeSmollm],
  ['starcoder', likeSmollm],
  ['refact', likeSmollm],
  ['llama-bpe', likeLlama3],
  ['llama3', likeLlama3],
  ['llama-v3', likeLlama3],
  ['qwen2', likeQwen2],
  ['deepseek-r1-qwen', likeQwen2],
  ['tekken', { ...likeLlama3, pre_tokenizer: sequence(split(tekken), byteLevel) }],
]);
