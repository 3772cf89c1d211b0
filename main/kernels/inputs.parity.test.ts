import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Kernels } from './kernels';

const kernels = new Kernels(1);
afterAll(async () => kernels.dispose());

interface Rounded {
  /** [rows, blocks · 32] */
  readonly integers: readonly (readonly number[])[];
  /** [rows, blocks] */
  readonly scales: readonly (readonly number[])[];
  readonly sums: readonly (readonly number[])[];
}

/** Rounds rows of 32-bit floats, and reads all layouts: see assembly/inputs.ts. */
function round(rows: readonly Float32Array[], inBytes: 0 | 1): Rounded {
  const { memory } = kernels;
  const width = rows[0]?.length ?? 0;
  const blocks = width / 32;
  const inFours = rows.length > 2;
  const places = inFours ? 4 * Math.ceil(rows.length / 4) * blocks : rows.length * 4 * Math.ceil(blocks / 4);
  const from = memory.allocate(4 * rows.length * width);
  const integers = memory.allocate(2 * places * 32);
  const [scales, sums] = [memory.allocate(4 * places), memory.allocate(4 * places)];
  rows.forEach((row, i) => memory.floats(from + 4 * i * width, width).set(row));
  const nothing = { kind: 0, epsilon: 0, scale: 0, bias: 0 };
  const job = { rows: rows.length, blocks, integers, scales, sums, inBytes, ...nothing, from, width, to: from };
  const args = kernels.prepare('normalize', job);
  kernels.run('normalize', args, rows.length);
  const words = memory.shorts(integers, places * 32).slice();
  const bytes = new Int8Array(words.buffer);
  const [ofBlocks, sumsOf] = [memory.floats(scales, places).slice(), memory.floats(sums, places).slice()];
  const wholeSums = new Int32Array(sumsOf.buffer);
  const block = (row: number, b: number): number =>
    inFours ? ((row >> 2) * blocks + b) * 4 + (row & 3) : row * 4 * Math.ceil(blocks / 4) + b;
  const word = (row: number, i: number): number => {
    const [b, pair, odd] = [i >> 5, (i & 31) >> 1, i & 1];
    return inFours ? ((row >> 2) * blocks + b) * 128 + pair * 8 + (row & 3) * 2 + odd : row * width + i;
  };
  /** An integer's upper byte and its lower one, which lie so many bytes apart. */
  const ofBytes = (row: number, i: number): number => {
    const [b, four, one] = [i >> 5, (i & 31) >> 2, i & 3];
    const at = inFours ? ((row >> 2) * blocks + b) * 256 + four * 32 + (row & 3) * 4 + one : (row * blocks + b) * 64 + (i & 31);
    return 256 * (bytes[at] ?? NaN) + (bytes[at + (inFours ? 16 : 32)] ?? NaN);
  };
  for (const at of [from, integers, scales, sums, args]) memory.free(at);
  const each = <T>(count: number, of: (row: number, i: number) => T): T[][] =>
    rows.map((_, row) => Array.from({ length: count }, (__, i) => of(row, i)));
  return {
    integers: each(width, (row, i) => (inBytes === 1 ? ofBytes(row, i) : (words[word(row, i)] ?? NaN))),
    scales: each(blocks, (row, b) => ofBlocks[block(row, b)] ?? NaN),
    // With bytes a whole number, the sum of the integers times -128.
    sums: each(blocks, (row, b) => {
      const at = block(row, b);
      return inBytes === 1 ? ((wholeSums[at] ?? NaN) / -128) * (ofBlocks[at] ?? NaN) : (sumsOf[at] ?? NaN);
    }),
  };
}

const ordinary = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }).map((x) => (Math.abs(x) < 1e-20 ? 0 : x));

const cases = ([0, 1] as const).flatMap((inBytes) => [1, 2, 3, 8].map((count) => ({ inBytes, count })));

describe.each(cases)('inputs of $count rows, in bytes $inBytes', ({ inBytes, count }) => {
  it('are the nearest of 65 279 whole numbers, by the scale of their block', () => {
    const rows = fc.array(fc.array(ordinary, { minLength: 64, maxLength: 64 }), { minLength: count, maxLength: count });
    fc.assert(
      fc.property(rows, (numbers) => {
        const found = round(
          numbers.map((row) => Float32Array.from(row)),
          inBytes,
        );
        for (const [row, list] of numbers.entries()) {
          for (const b of [0, 1]) {
            const block = list.slice(32 * b, 32 * b + 32);
            const top = Math.max(...block.map(Math.abs));
            const scale = found.scales[row]?.[b] ?? NaN;
            expect(Math.abs(scale - top / 32_639)).toBeLessThanOrEqual(1e-7 * scale);
            const integers = found.integers[row]?.slice(32 * b, 32 * b + 32) ?? [];
            // Half a step, and what 32-bit floats lose on the way there.
            for (const [i, x] of block.entries()) expect(Math.abs((integers[i] ?? NaN) * scale - x)).toBeLessThanOrEqual(0.51 * scale);
            const sum = integers.reduce((total, n) => total + n, 0) * scale;
            expect(Math.abs((found.sums[row]?.[b] ?? NaN) - sum)).toBeLessThanOrEqual(1e-6 * Math.abs(sum));
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('hide nothing that is no number, and keep it to its block', () => {
    for (const bad of [NaN, -NaN, Infinity, -Infinity]) {
      const rows = Array.from({ length: count }, () => new Float32Array(64).fill(0.5));
      rows.at(-1)?.set([bad], 37);
      const { scales, sums } = round(rows, inBytes);
      expect(Number.isFinite(scales.at(-1)?.[1])).toBe(false);
      expect(Number.isFinite(sums.at(-1)?.[1])).toBe(false);
      expect(scales.flat().filter(Number.isFinite)).toEqual(Array.from({ length: 2 * count - 1 }, () => Math.fround(0.5 / 32_639)));
    }
  });

  it('of nothing but zeros are zeros', () => {
    const { integers, scales, sums } = round(
      Array.from({ length: count }, () => new Float32Array(64)),
      inBytes,
    );
    expect([...integers, ...scales, ...sums].flat().every((x) => x === 0)).toBe(true);
  });
});
