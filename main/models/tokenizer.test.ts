import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { promptTokens } from './prompt-tokens';
import { tokenizers } from './tokenization/fixtures/references';
import { ModelTokenizer } from './tokenizer';

let file: unknown;
let tokenizer: ModelTokenizer;
beforeAll(async () => {
  file = JSON.parse(await readFile(join(import.meta.dirname, '../../resources/models/kin/tokenizer.json'), 'utf8'));
  tokenizer = new ModelTokenizer(file, 585);
});

/** The ids the Rust library `tokenizers` 0.23 gives with the same file, and the character ranges of the words. */
const reference: readonly (readonly [prompt: string, ids: number[], offsets: [number, number][]])[] = [
  [
    'ada->bob bob→cy ? cy or tom from ada',
    [1, 33, 57, 6, 11, 7, 28, 8, 9],
    [
      [0, 0],
      [0, 8],
      [9, 15],
      [16, 17],
      [18, 20],
      [21, 23],
      [24, 27],
      [28, 32],
      [33, 36],
    ],
  ],
  [
    'ada -> bob zzz',
    [1, 9, 0, 10, 0],
    [
      [0, 0],
      [0, 3],
      [4, 6],
      [7, 10],
      [11, 14],
    ],
  ],
  ['  ', [1], [[0, 0]]],
];

it.each(reference)('encodes %j as the reference does', (prompt, ids, offsets) => {
  expect(tokenizer.encode(prompt)).toEqual(ids);
  const tokens = promptTokens(tokenizer, prompt);
  expect(tokens.map(({ id }) => id)).toEqual(ids);
  expect(tokens.map(({ start, end }) => [start, end])).toEqual(offsets);
  expect(tokens[0]).toMatchObject({ text: '⟨bos⟩', special: true });
});

it('splits at markers inside a word', () => {
  expect(tokenizer.encode('ada⟨end⟩bob')).toEqual([1, 9, 5, 10]);
  expect(promptTokens(tokenizer, 'ada⟨end⟩bob').map(({ id }) => id)).toEqual([1, 9, 5, 10]);
});

it('names every token of the vocabulary, and finds it again', () => {
  expect(tokenizer.vocabulary).toHaveLength(585);
  tokenizer.vocabulary.forEach((text, id) => {
    expect(tokenizer.find(text)).toBe(id);
    expect(tokenizer.text(id)).toBe(text);
  });
  expect(tokenizer.find('nobody')).toBeNull();
});

it.each([
  ['something else', 'not a tokenizer', null],
  ['an empty object', 'not a tokenizer', {}],
  ['a vocabulary with a negative id', 'not a tokenizer', { model: { type: 'WordLevel', vocab: { a: -1 } } }],
  ['a model of an unknown kind', 'cannot be used', { model: { type: 'Nothing', vocab: {} } }],
])('refuses %s', (_, message, value) => {
  expect(() => new ModelTokenizer(value, 585)).toThrow(message);
});

it('refuses a vocabulary larger than the model’s', () => {
  expect(() => new ModelTokenizer(file, 584)).toThrow('the id 584, the model has 584 tokens');
});

it('refuses an expression that could keep the engine busy without end', () => {
  const pre_tokenizer = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false };
  expect(() => new ModelTokenizer({ ...tokenizers['smollm']?.file, pre_tokenizer }, 1000)).toThrow(
    expect.objectContaining({ code: 'unsupported' }),
  );
});

const nested = (type: string, members: string): unknown =>
  Array.from({ length: 50_000 }).reduce<unknown>((inner) => ({ type, [members]: [inner] }), null);
it.each([
  ['normalisers in normalisers', { normalizer: nested('Sequence', 'normalizers') }],
  ['cuts in cuts', { pre_tokenizer: nested('Sequence', 'pretokenizers') }],
  ['decoders in decoders', { decoder: nested('Sequence', 'decoders') }],
  ['an endless replacement', { normalizer: { type: 'Replace', pattern: { String: ' ' }, content: 'x'.repeat(1_000_000) } }],
  ['an endless prefix', { normalizer: { type: 'Prepend', prepend: 'x'.repeat(1_000_000) } }],
  ['an endless added token', { added_tokens: [{ id: 1, content: 'x'.repeat(1_000_000) }] }],
  ['countless steps', { normalizer: { type: 'Sequence', normalizers: Array.from({ length: 100_000 }, () => ({ type: 'NFC' })) } }],
])('refuses %s', (_, changes) => {
  expect(() => new ModelTokenizer({ ...tokenizers['smollm']?.file, ...changes }, 1000)).toThrow(InterlinearError);
});

it('takes tokens named like members of objects', () => {
  const vocab: unknown = JSON.parse('{"__proto__": 0, "constructor": 1, "?": 2}');
  const read = new ModelTokenizer({ model: { type: 'WordLevel', vocab, unk_token: '?' }, pre_tokenizer: { type: 'WhitespaceSplit' } }, 3);
  expect(read.encode('constructor __proto__ toString')).toEqual([1, 0, 2]);
  expect(read.decode([1, 0])).toBe('constructor __proto__');
});

describe('sub-word tokens', () => {
  const byteLevel = new ModelTokenizer(tokenizers['smollm']?.file, 1000);
  const sentencePiece = new ModelTokenizer(tokenizers['sentencepiece']?.file, 1000);
  const textsOf = (read: ModelTokenizer, text: string) => read.encode(text, { addSpecial: false }).map((id) => read.text(id));

  it('reads as text, with spaces, markers, and parts of characters as bytes', () => {
    expect(textsOf(byteLevel, ' 𓃠').join('')).toBe(' <0xF0><0x93><0x83><0xA0>');
    expect(textsOf(byteLevel, 'é<|end|>\n').join('')).toMatch(/<\|end\|>\n$/u);
    expect(textsOf(sentencePiece, 'the 𓃠\t').join('')).toBe(' the <0xF0><0x93><0x83><0xA0>\t');
    expect(byteLevel.text(5000)).toBe('');
  });

  it('gives tokens of one character its whole range, and markers theirs', () => {
    const tokens = promptTokens(byteLevel, 'a𓃠<|end|>');
    expect(tokens.map(({ start, end, special }) => [start, end, special])).toEqual([
      [0, 1, false],
      [1, 3, false],
      [1, 3, false],
      [1, 3, false],
      [1, 3, false],
      [3, 10, true],
    ]);
  });

  it('gives composed characters the range of their parts', () => {
    const read = new ModelTokenizer(tokenizers['qwen2']?.file, 1000);
    expect(promptTokens(read, 'e\u{301}x').map(({ start, end }) => [start, end])).toEqual([
      ...Array.from(read.encode('é'), () => [0, 2]),
      [2, 3],
    ]);
  });

  it('leaves the tokens around a text away where they are not wanted', () => {
    const whole = promptTokens(sentencePiece, 'the');
    expect(whole[0]).toMatchObject({ text: '<|start|>', start: 0, end: 0, special: true });
    expect(promptTokens(sentencePiece, 'the', { addSpecial: false })).toEqual(whole.slice(1));
    expect(sentencePiece.decode(sentencePiece.encode('the'))).toBe('<|start|> the');
    expect(sentencePiece.decode(sentencePiece.encode('the'), { skipSpecial: true })).toBe('the');
  });

  it('reads half a surrogate pair as �', () => {
    expect(byteLevel.encode('a\u{d83d}b')).toEqual(byteLevel.encode('a�b'));
    expect(promptTokens(byteLevel, 'a\u{d83d}b').at(-1)).toMatchObject({ start: 2, end: 3 });
  });

  it.each(Object.entries(tokenizers))(
    '%s covers every prompt in order, without gaps but for what normalising takes away',
    (_, { file: reference }) => {
      const read = new ModelTokenizer(reference, 1000);
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (prompt) => {
          let covered = 0;
          for (const { start, end } of promptTokens(read, prompt)) {
            expect(start).toBeLessThanOrEqual(covered);
            expect(end).toBeGreaterThanOrEqual(start);
            covered = Math.max(covered, end);
          }
          expect(covered).toBe(prompt.length);
        }),
      );
    },
  );
});

it('gives a tokenizer or a typed error for any change of a file', () => {
  const base = tokenizers['sentencepiece']?.file;
  const members = ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder', 'model', 'added_tokens'] as const;
  const types = [
    'BPE',
    'Split',
    'Sequence',
    'Replace',
    'ByteLevel',
    'Metaspace',
    'Strip',
    'Prepend',
    'Digits',
    'TemplateProcessing',
    'WordPiece',
    'Unigram',
    'NFC',
  ];
  const pattern = fc.record({
    Regex: fc.oneof(fc.string(), fc.constantFrom('[', '(a+)+', '\\p{L}+', '(?<=x)', '\\1', '[[:alpha:]&&[^a]]')),
  });
  const value = fc.oneof(
    fc.anything(),
    fc.record({
      type: fc.constantFrom(...types),
      pattern,
      content: fc.anything(),
      behavior: fc.constantFrom('Isolated', 'x'),
      vocab: fc.anything(),
      decoders: fc.anything(),
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...members), value, (member, changed) => {
      try {
        const read = new ModelTokenizer({ ...base, [member]: changed }, 1000);
        read.decode(read.encode('A text, <|end|> and 語.'));
      } catch (error) {
        expect(error).toBeInstanceOf(InterlinearError);
      }
    }),
    { numRuns: 1000 },
  );
});
