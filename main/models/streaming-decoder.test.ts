import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamingDecoder } from './streaming-decoder';
import { tokenizers } from './tokenization/fixtures/references';
import { ModelTokenizer } from './tokenizer';

const half = /[\u{d800}-\u{dbff}]$/u;

describe.each(Object.entries(tokenizers))('%s', (_, { file }) => {
  const tokenizer = new ModelTokenizer(file, 1000);
  const texts = fc.string({
    unit: fc.oneof(fc.constantFrom(' ', 'the', '語', '👩‍👩‍👧', '\n', '<|end|>', 'é', '\u{feff}', '�'), fc.string({ unit: 'binary' })),
  });

  it('gives in sum what decoding at once gives, for any ids', () => {
    const ids = fc.array(fc.integer({ min: 0, max: 1005 }), { maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.boolean(), (list, skipSpecial) => {
        const decoder = new StreamingDecoder(tokenizer, { skipSpecial });
        const text = list.map((id) => decoder.push(id)).join('');
        expect(text + decoder.end()).toBe(tokenizer.decode(list, { skipSpecial }));
      }),
    );
  });

  it('never shows half a character: what it has given is always the beginning of the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const ids = tokenizer.encode(text);
        const whole = tokenizer.decode(ids);
        const decoder = new StreamingDecoder(tokenizer);
        let shown = '';
        for (const id of ids) {
          shown += decoder.push(id);
          expect(whole.startsWith(shown)).toBe(true);
          expect(shown).not.toMatch(half);
        }
        expect(shown + decoder.end()).toBe(whole);
      }),
    );
  });
});

it('holds a character back until all its bytes are there', () => {
  const tokenizer = new ModelTokenizer(tokenizers['smollm']?.file, 1000);
  const ids = tokenizer.encode('𓃠!');
  expect(ids).toHaveLength(5);
  const decoder = new StreamingDecoder(tokenizer);
  expect([...ids.map((id) => decoder.push(id)), decoder.end()]).toEqual(['', '', '', '𓃠', '!', '']);
  const broken = new StreamingDecoder(tokenizer);
  expect([...ids.slice(0, 2).map((id) => broken.push(id)), broken.end()]).toEqual(['', '', '�']);
});

it('waits for the end of a run of bytes where the vocabulary has words and bytes', () => {
  const tokenizer = new ModelTokenizer(tokenizers['sentencepiece']?.file, 1000);
  const ids = tokenizer.encode('a𓃠b', { addSpecial: false });
  const decoder = new StreamingDecoder(tokenizer);
  expect([...ids.map((id) => decoder.push(id)), decoder.end()]).toEqual(['a', '', '', '', '', '𓃠b', '']);
});
