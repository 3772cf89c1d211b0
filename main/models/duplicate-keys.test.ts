import { expect, it } from 'vitest';
import { findDuplicateKey } from './duplicate-keys';

it.each([
  ['{"a":1,"a":2}', 'a'],
  ['{"a":{"b":1,"b" \n : 2}}', 'b'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ['{"a":{"b":1},"b":[{"b":2},{"b":3}]}', null],
  ['{"a":"a","b":"a\\":","c":"{"}', null],
  ['[]', null],
])('%s', (json, expected) => {
  expect(findDuplicateKey(json)).toBe(expected);
});

it('reads strings of any length', () => {
  expect(findDuplicateKey(JSON.stringify({ a: 'x'.repeat(5_000_000) }))).toBeNull();
});
