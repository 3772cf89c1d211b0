import fc from 'fast-check';
import { expect, it } from 'vitest';
import { appendToLines } from './cache-lines';

it('lengthens packed lines in place, whatever the sizes', () => {
  const size = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), size, fc.integer({ min: 1, max: 9 }), size, (lines, width, added, before) => {
      const old = (line: number): number[] => Array.from({ length: width }, (_, i) => 1000 * line + i);
      const fresh = (line: number): number[] => Array.from({ length: added }, (_, i) => -1000 * line - i - 1);
      const every = Array.from({ length: lines }, (_, line) => line);
      const data = new Float32Array(lines * (width + added));
      data.set(every.flatMap(old));
      const rows = Float32Array.from([...Array.from({ length: before * added }, () => NaN), ...every.flatMap(fresh)]);
      appendToLines(data, width, { data: rows, width: added, line: before, at: 0 }, lines);
      expect([...data]).toEqual(every.flatMap((line) => [...old(line), ...fresh(line)]));
    }),
  );
});
