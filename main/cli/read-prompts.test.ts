import { describe, expect, it } from 'vitest';
import { parsePrompts } from './read-prompts';

describe('parsePrompts', () => {
  it('reads one prompt a line and skips blank lines', () => {
    expect(parsePrompts('{"id":"a","prompt":"x"}\n\n{"id":2,"prompt":"y"}\r\n')).toEqual([
      { id: 'a', prompt: 'x' },
      { id: '2', prompt: 'y' },
    ]);
  });

  it.each([
    ['{"id":"a"', 'Line 1 of the prompts file is not JSON'],
    ['{"id":"a","prompt":"x"}\n{"prompt":"y"}', 'Line 2'],
    ['{"id":"a","prompt":"x"}\n{"id":"a","prompt":"y"}', 'repeats the id “a”'],
  ])('names the line at fault', (text, message) => {
    expect(() => parsePrompts(text)).toThrow(message);
  });
});
