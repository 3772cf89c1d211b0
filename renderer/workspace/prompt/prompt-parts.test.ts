import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promptParts } from './prompt-parts';

describe('promptParts', () => {
  it('keeps every character, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '→', '-', '>', '?', ' ', '\n', 'ada') }), (prompt) => {
        expect(
          promptParts(prompt, null)
            .map((part) => part.text)
            .join(''),
        ).toBe(prompt);
      }),
    );
  });

  it('tells facts from the question', () => {
    const kinds = promptParts('ada→bob bob->cy oops ? cy or sue from ada', null).flatMap((part) =>
      part.kind === 'space' ? [] : part.kind,
    );
    expect(kinds).toEqual(['fact', 'fact', 'text', 'question', 'question', 'question', 'question', 'question', 'question']);
  });

  it('marks the path and the problems where the engine saw them', () => {
    const prompt = 'ada→bob zed→cy ? cy or sue from ada';
    const parts = promptParts(prompt, {
      tokens: [],
      expected: 'cy',
      hops: 2,
      rendered: null,
      path: [{ start: 0, end: 7 }],
      problems: [
        { start: 8, end: 11, severity: 'error', message: 'Unknown name', hint: '' },
        { start: 17, end: 19, severity: 'warning', message: 'Ambiguous', hint: '' },
      ],
    });
    expect(parts.filter((part) => part.onPath).map((part) => part.text)).toEqual(['ada→bob']);
    expect(parts.filter((part) => part.problem === 'error').map((part) => part.text)).toEqual(['zed→cy']);
    expect(parts.filter((part) => part.problem === 'warning').map((part) => part.text)).toEqual(['cy']);
  });
});
