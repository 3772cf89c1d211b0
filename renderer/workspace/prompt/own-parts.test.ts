import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readParts } from './own-parts';

const rendered = '<s>system\nBe brief.<e>\n<s>user\nsystem?<e>\n<s>assistant\n';

describe('readParts', () => {
  it('tells what was written from the template around it', () => {
    expect(readParts(rendered, { system: 'Be brief. ', prompt: ' system?\n' })).toEqual([
      { text: '<s>system\n', own: false },
      { text: 'Be brief.', own: true },
      { text: '<e>\n<s>user\n', own: false },
      { text: 'system?', own: true },
      { text: '<e>\n<s>assistant\n', own: false },
    ]);
  });

  it('takes nothing for written that was not, or that the template left out', () => {
    expect(readParts(rendered, { system: '', prompt: '' })).toEqual([{ text: rendered, own: false }]);
    expect(readParts(rendered, { system: 'Be long.', prompt: 'system?' }).filter(({ own }) => own)).toEqual([
      { text: 'system?', own: true },
    ]);
  });

  it('loses no character', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (text, system, prompt) => {
        const parts = readParts(`${text}${system}${text}${prompt}`, { system, prompt });
        expect(parts.map((part) => part.text).join('')).toBe(`${text}${system}${text}${prompt}`);
      }),
    );
  });
});
