import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { promptTokens } from './prompt-tokens';
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
