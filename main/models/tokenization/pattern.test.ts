import { expect, it } from 'vitest';
import { InterlinearError } from '../../contract/errors';
import { compilePattern, matches } from './pattern';

const found = (expression: string, text: string) =>
  matches(compilePattern({ Regex: expression }), text).map(([from, to]) => text.slice(from, to));

it.each<[string, string, string[]]>([
  ['\\s+', 'a\u{85}b\u{feff}c d', ['\u{85}', ' ']],
  ['\\d', '1½٣', ['1', '٣']],
  ["(?i:'s|'T)?\\p{L}", "'SaB", ["'Sa", 'B']],
  ['[()*+\\]{}]+', 'a(]*)b', ['(]*)']],
  ['\\)*', 'a))b', ['))']],
  ['x*', 'axx😀x', ['xx', 'x']],
])('finds %s', (expression, text, expected) => {
  expect(found(expression, text)).toEqual(expected);
});

it('takes a text for itself', () => {
  expect(matches(compilePattern({ String: '(a+)+' }), 'b(a+)+')).toEqual([[1, 6]]);
});

it.each(['(a+)+', '(?:a|a)*b', '(a){2,}', '((a)b)+', '[a](b)*', '[', '(?<x', '\\p{Nothing}'])('refuses %s', (expression) => {
  expect(() => compilePattern({ Regex: expression })).toThrow(InterlinearError);
});
