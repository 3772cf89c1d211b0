import { describe, expect, it } from 'vitest';
import { StreamingDecoder } from '../streaming-decoder';
import { ModelTokenizer } from '../tokenizer';
import { idsOf, strings, tokenizers } from './fixtures/references';

/** Places in UTF-16 units of every place in code points. */
function unitsOf(text: string): number[] {
  const units = [0];
  for (const character of text) units.push((units.at(-1) ?? 0) + character.length);
  return units;
}

function stream(tokenizer: ModelTokenizer, ids: readonly number[]): string {
  const decoder = new StreamingDecoder(tokenizer);
  return ids.map((id) => decoder.push(id)).join('') + decoder.end();
}

it('has strings enough', () => {
  expect(new Set(strings).size).toBeGreaterThanOrEqual(5000);
  expect(Object.keys(tokenizers)).toHaveLength(5);
});

/** What `tokenizers` (Rust) makes of the same files and strings; see fixtures/make_tokenizers.py. */
describe.each(Object.entries(tokenizers))('%s', (name, reference) => {
  const tokenizer = new ModelTokenizer(reference.file, 1000);

  it('encodes every string as the reference does', () => {
    const different = strings.flatMap((text, index) => {
      const expected = idsOf(reference.ids[index]);
      const ids = tokenizer.encode(text);
      return ids.join() === expected.join() ? [] : [{ text, ids, expected }];
    });
    expect(different.slice(0, 5)).toEqual([]);
  });

  it('decodes every string as the reference does, at once and token by token', () => {
    const different = strings.flatMap((text, index) => {
      const expected = reference.decoded[index] ?? text;
      const ids = idsOf(reference.ids[index]);
      const decoded = [tokenizer.decode(ids), stream(tokenizer, ids)];
      return decoded.every((found) => found === expected) ? [] : [{ text, decoded, expected }];
    });
    expect(different.slice(0, 5)).toEqual([]);
  });

  it('decodes any ids as the reference does, at once and token by token', () => {
    for (const [ids, text] of reference.sequences) {
      expect(tokenizer.decode(ids)).toBe(text);
      expect(stream(tokenizer, ids)).toBe(text);
    }
  });

  it('gives every token its place', () => {
    const different = reference.places.flatMap((places, index) => {
      const text = strings[index * 10] ?? '';
      // The reference gives what was composed of two characters the place of the first alone.
      if (name === 'qwen2' && text !== text.normalize('NFC')) return [];
      const units = unitsOf(text);
      const { starts, ends } = tokenizer.encodeWithPlaces(text);
      const found = starts.map((start, token) => [start, ends[token]]);
      // It gives a space put in front the place of the first character; here that covers nothing.
      const expected = places.map(([start, end], token) =>
        token > 0 && starts[token] === ends[token] ? found[token] : [units[start], units[end]],
      );
      return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ text, found, expected }];
    });
    expect(different.slice(0, 5)).toEqual([]);
  });
});
