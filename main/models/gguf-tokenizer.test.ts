import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { tokenizerFromGguf } from './gguf-tokenizer';
import { preTokenizations } from './gguf-pre-tokenizers';
import { idsOf, type Reference, strings, tokenizers } from './tokenization/fixtures/references';
import { ModelTokenizer } from './tokenizer';

function referenceOf(name: string): Reference {
  const reference = tokenizers[name];
  if (reference === undefined) throw new Error(`no reference ${name}`);
  return reference;
}

/** A reference vocabulary as GGUF's metadata would hold it. */
function metadataOf(name: string, more: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const { file, scores } = referenceOf(name);
  const tokens: string[] = [];
  for (const [text, id] of Object.entries(file.model.vocab)) tokens[id] = text;
  for (const { id, content } of file.added_tokens) tokens[id] = content;
  const kinds = new Int32Array(tokens.length).fill(1);
  for (const { id, special } of file.added_tokens) kinds[id] = special ? 3 : 4;
  return new Map(
    Object.entries({
      'tokenizer.ggml.tokens': tokens,
      'tokenizer.ggml.token_type': kinds,
      'tokenizer.ggml.merges': file.model.merges.map(([left, right]) => `${left} ${right}`),
      // What was added after the vocabulary was learned has no score; it is found before anything is merged.
      ...(scores === null ? {} : { 'tokenizer.ggml.scores': Float32Array.from(tokens, (_, id) => scores[id] ?? 0) }),
      ...more,
    }),
  );
}

const start = tokenizers['llama3']?.file.model.vocab['<|start|>'];
const gpt2 = { 'tokenizer.ggml.model': 'gpt2' };
const llama = { 'tokenizer.ggml.model': 'llama', 'tokenizer.ggml.bos_token_id': 1, 'tokenizer.ggml.unknown_token_id': 0 };

describe.each([
  ['smollm', { ...gpt2, 'tokenizer.ggml.pre': 'smollm', 'tokenizer.ggml.bos_token_id': 0, 'tokenizer.ggml.add_bos_token': false }],
  ['llama3', { ...gpt2, 'tokenizer.ggml.pre': 'llama-bpe', 'tokenizer.ggml.bos_token_id': start }],
  ['qwen2', { ...gpt2, 'tokenizer.ggml.pre': 'qwen2', 'tokenizer.ggml.eos_token_id': 1n }],
  ['sentencepiece', llama],
])('%s', (name, more) => {
  it('gives the ids the original file gives', () => {
    const tokenizer = new ModelTokenizer(tokenizerFromGguf(metadataOf(name, more)).tokenizer, 1000);
    const different = strings.filter((text, index) => tokenizer.encode(text).join() !== idsOf(referenceOf(name).ids[index]).join());
    expect(different.slice(0, 5)).toEqual([]);
  });
});

it('makes the merges transformers makes of scores', () => {
  const { tokenizer } = tokenizerFromGguf(metadataOf('sentencepiece', llama));
  expect(tokenizer).toHaveProperty('model.merges', referenceOf('sentencepiece').file.model.merges);
});

it('names special tokens, ends and the template', () => {
  const read = (more: Readonly<Record<string, unknown>>) =>
    tokenizerFromGguf(metadataOf('smollm', { ...gpt2, 'tokenizer.ggml.pre': 'gpt-2', ...more }));
  const template = '{{ messages }}';
  expect(
    read({
      'tokenizer.ggml.eos_token_id': 1,
      'tokenizer.ggml.eot_token_id': 2,
      'tokenizer.ggml.padding_token_id': 0xffff_ffff,
      'tokenizer.chat_template': template,
    }),
  ).toMatchObject({ chatTemplate: template, special: { bos: null, eos: 1, unk: null, pad: null }, endTokens: [1, 2] });
});

it('knows usual ends by their text', () => {
  const metadata = new Map<string, unknown>(
    Object.entries({
      ...gpt2,
      'tokenizer.ggml.pre': 'qwen2',
      'tokenizer.ggml.tokens': ['a', '<|im_end|>', '<|endoftext|>', '', '<|end|>'],
      'tokenizer.ggml.token_type': [1, 3, 3, 1, 1],
      'tokenizer.ggml.merges': [],
      'tokenizer.ggml.eos_token_id': 2,
    }),
  );
  const { endTokens, chatTemplate, tokenizer } = tokenizerFromGguf(metadata);
  expect(endTokens).toEqual([2, 1]);
  expect(chatTemplate).toBeNull();
  expect(tokenizer).toHaveProperty('model.vocab', { a: 0, '<|im_end|>': 1, '<|endoftext|>': 2, '[EMPTY_3]': 3, '<|end|>': 4 });
});

it('does without a space in front where the file says so', () => {
  const { tokenizer } = tokenizerFromGguf(
    metadataOf('sentencepiece', { ...llama, 'tokenizer.ggml.add_space_prefix': false, 'tokenizer.ggml.add_bos_token': false }),
  );
  const read = new ModelTokenizer(tokenizer, 1000);
  expect(
    read
      .encode('the')
      .map((id) => read.text(id))
      .join('|'),
  ).not.toMatch(/^ /u);
  expect(read.decode(read.encode(' the'))).toBe(' the');
});

it.each([...preTokenizations.keys()])('cuts by the rule %s', (rule) => {
  const { tokenizer } = tokenizerFromGguf(metadataOf('smollm', { ...gpt2, 'tokenizer.ggml.pre': rule }));
  const read = new ModelTokenizer(tokenizer, 1000);
  for (const text of strings.slice(0, 400))
    expect(read.decode(read.encode(text))).toBe(rule.includes('qwen') ? text.normalize('NFC') : text);
});

const tokens = 'tokenizer.ggml.tokens';
const rule = { ...gpt2, 'tokenizer.ggml.pre': 'smollm' };
it.each<[string, string, RegExp, Readonly<Record<string, unknown>>]>([
  ['no tokenizer', 'bad-model', /no tokenizer/u, { 'tokenizer.ggml.model': undefined }],
  ['another kind', 'unsupported', /“bert”/u, { 'tokenizer.ggml.model': 'bert' }],
  ['an unknown rule', 'unsupported', /“something”/u, { ...gpt2, 'tokenizer.ggml.pre': 'something' }],
  ['a rule that is a number', 'bad-model', /not a string/u, { ...gpt2, 'tokenizer.ggml.pre': 7 }],
  ['no tokens', 'bad-model', /no vocabulary/u, { ...rule, [tokens]: [] }],
  ['tokens that are numbers', 'bad-model', /not a list of strings/u, { ...rule, [tokens]: [1, 2] }],
  ['a token twice', 'bad-model', /0 and 1 have the same text/u, { ...rule, [tokens]: ['a', 'a'] }],
  ['a token without end', 'bad-model', /70000 characters/u, { ...rule, [tokens]: ['a'.repeat(70_000)] }],
  ['kinds of other tokens', 'bad-model', /not a list of/u, { ...rule, 'tokenizer.ggml.token_type': [1] }],
  ['no merges', 'bad-model', /without merges/u, { ...rule, 'tokenizer.ggml.merges': undefined }],
  ['a merge without space', 'bad-model', /Merge 0/u, { ...rule, 'tokenizer.ggml.merges': ['ab'] }],
  ['a merge of no tokens', 'bad-model', /Merge 0/u, { ...rule, 'tokenizer.ggml.merges': ['qqq zzz'] }],
  ['an id beyond the tokens', 'bad-model', /no token of/u, { ...rule, 'tokenizer.ggml.eos_token_id': 5000 }],
  ['an id that is none', 'bad-model', /no token of/u, { ...rule, 'tokenizer.ggml.bos_token_id': 1.5 }],
  ['a flag that is none', 'bad-model', /not a boolean/u, { ...rule, 'tokenizer.ggml.add_bos_token': 'yes' }],
  ['no scores', 'bad-model', /without scores/u, { ...llama, 'tokenizer.ggml.scores': undefined }],
  [
    'scores that are none',
    'bad-model',
    /something else than numbers/u,
    { ...llama, [tokens]: ['a', 'b'], 'tokenizer.ggml.token_type': [1, 1], 'tokenizer.ggml.scores': [1, Number.NaN] },
  ],
  [
    'tokens too long to be merged',
    'bad-model',
    /too long/u,
    { ...llama, [tokens]: ['a'.repeat(60_000), 'b'], 'tokenizer.ggml.token_type': [1, 1], 'tokenizer.ggml.scores': [1, 2] },
  ],
  ['a template that is none', 'bad-model', /not a string/u, { ...rule, 'tokenizer.chat_template': [] }],
  ['a template of megabytes', 'bad-model', /longer than a megabyte/u, { ...rule, 'tokenizer.chat_template': 'x'.repeat(2 ** 20 + 1) }],
])('refuses %s', (_, code, message, more) => {
  const read = () => tokenizerFromGguf(metadataOf('sentencepiece', more));
  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ code }));
});

it('gives a tokenizer or a typed error for anything in the metadata', () => {
  const value = fc.oneof(
    fc.anything(),
    fc.constantFrom('gpt2', 'llama', 'smollm', 'qwen2', 'default'),
    fc.array(fc.string()),
    fc.array(fc.double()),
    fc.nat(9),
  );
  const keys = [
    tokens,
    ...['model', 'pre', 'merges', 'scores', 'token_type', 'bos_token_id', 'add_bos_token'].map((key) => `tokenizer.ggml.${key}`),
  ];
  fc.assert(
    fc.property(fc.constantFrom<Readonly<Record<string, unknown>>>(rule, llama), fc.constantFrom(...keys), value, (base, key, changed) => {
      const small = { [tokens]: ['a', 'b', 'ab'], 'tokenizer.ggml.merges': ['a b'], 'tokenizer.ggml.scores': [0, 0, 1] };
      try {
        const { tokenizer } = tokenizerFromGguf(new Map<string, unknown>(Object.entries({ ...base, ...small, [key]: changed })));
        new ModelTokenizer(tokenizer, 1000).encode('ab ba');
      } catch (error) {
        expect(error).toBeInstanceOf(InterlinearError);
      }
    }),
    { numRuns: 1000 },
  );
});
