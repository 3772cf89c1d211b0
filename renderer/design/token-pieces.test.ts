import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canvasToken, isSpecialToken, tokenPieces, visibleToken } from './token-pieces';

describe('tokenPieces', () => {
  it('marks whitespace and keeps the rest', () => {
    expect(tokenPieces(' the')).toEqual([
      { text: '·', mark: true },
      { text: 'the', mark: false },
    ]);
    expect(visibleToken('a\tb\n\n')).toBe('a⇥b⏎⏎');
    expect(tokenPieces('')).toEqual([{ text: '∅', mark: true }]);
  });

  it('prints one character for one, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', 'é', '语', '·'), minLength: 1 }), (text) => {
        expect([...visibleToken(text)]).toHaveLength([...text].length);
        expect(visibleToken(text)).not.toMatch(/\s/);
      }),
    );
  });
});

describe('isSpecialToken', () => {
  it.each(['⟨end⟩', '<|im_start|>', '<|endoftext|>', '</s>', '<s>', '<start_of_turn>', '[INST]'])(
    'takes %s for a control token',
    (text) => {
      expect(isSpecialToken(text)).toBe(true);
    },
  );
  it.each(['<div>', ' <s>', 'the', '<|', '[0]', '<| a |>'])('takes %s for text', (text) => {
    expect(isSpecialToken(text)).toBe(false);
  });
});

describe('canvasToken', () => {
  it.each([
    ['<|im_end|>', '⟨im_end⟩'],
    ['</s>', '⟨/s⟩'],
    ['⟨end⟩', '⟨end⟩'],
    [' the', '·the'],
  ])('prints %s as %s', (text, printed) => {
    expect(canvasToken(text)).toBe(printed);
  });
});
