import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignByText, columnsOf, stepAtColumn, type TextColumns } from './text-columns';

function startsOf(pieces: readonly string[]): TextColumns {
  const starts = [0];
  for (const piece of pieces) starts.push((starts.at(-1) ?? 0) + columnsOf(piece, false));
  return starts;
}

/** A text cut at places of its own choice, as a tokenizer does. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...at].map((start, i, all) => text.slice(start, all[i + 1] ?? text.length));
}

const text = fc.string({ unit: fc.constantFrom(...'ab cd\nef,.é漢'), minLength: 1, maxLength: 60 });
const places = fc.array(fc.nat(80), { maxLength: 30 });

describe('columns of a step', () => {
  it('are its characters without white space; a thought takes one, a token that controls none', () => {
    expect([' word', '\n', '', 'a b'].map((piece) => columnsOf(piece, false))).toEqual([4, 0, 0, 2]);
    expect([columnsOf('anything', true), columnsOf('<|im_end|>', false), columnsOf('⟨answer⟩', false)]).toEqual([1, 0, 0]);
  });

  it('count a character of several bytes once, as the text does that has it whole', () => {
    const bytes = ['<0xF0>', '<0x9F>', '<0x98><0x80>', ' <0xC3>', '<0xA9>'];
    expect(bytes.reduce((sum, piece) => sum + columnsOf(piece, false), 0)).toBe('😀é'.length);
  });
});

describe('alignByText', () => {
  it('puts beside a step the one whose text covers its first character', () => {
    fc.assert(
      fc.property(text, places, places, (whole, first, second) => {
        const [from, to] = [startsOf(cut(whole, first)), startsOf(cut(whole, second))];
        for (let step = 0; step < from.length - 1; step++) {
          const column = from[step] ?? NaN;
          const beside = alignByText(from, step, to);
          if (beside === null) {
            expect(column).toBe(to.at(-1));
            continue;
          }
          expect(to[beside]).toBeLessThanOrEqual(column);
          if (column < (to.at(-1) ?? 0)) expect(to[beside + 1]).toBeGreaterThan(column);
        }
      }),
    );
  });

  it('keeps the order of steps, and a step beside itself', () => {
    fc.assert(
      fc.property(text, places, places, (whole, first, second) => {
        const [from, to] = [startsOf(cut(whole, first)), startsOf(cut(whole, second))];
        const beside = from.slice(0, -1).map((_, step) => alignByText(from, step, to) ?? Infinity);
        expect(beside).toEqual(beside.toSorted((a, b) => a - b));
        for (let step = 0; step < from.length - 1; step++) {
          if ((from[step + 1] ?? 0) > (from[step] ?? 0)) expect(alignByText(from, step, from)).toBe(step);
        }
      }),
    );
  });

  it('finds nothing past the end of a shorter text, or of none', () => {
    const long = startsOf(['one', ' two', ' three']);
    expect(alignByText(long, 2, startsOf(['one', ' tw']))).toBeNull();
    expect(alignByText(long, 0, [0])).toBeNull();
    expect(alignByText(long, 3, long)).toBeNull();
  });

  it('lets the tokens that end two texts meet where the texts are as long', () => {
    const from = startsOf(['on', 'e', '</s>']);
    expect(alignByText(from, 2, startsOf(['one', '<|im_end|>']))).toBe(1);
    expect(alignByText(from, 2, startsOf(['one']))).toBeNull();
  });
});

it('stepAtColumn passes over steps without text', () => {
  const starts = startsOf(['a', '\n', '\n', 'b']);
  expect([0, 1, 2, -1].map((column) => stepAtColumn(starts, column))).toEqual([0, 3, null, null]);
});
