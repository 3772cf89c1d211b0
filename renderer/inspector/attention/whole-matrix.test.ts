import { describe, expect, it } from 'vitest';
import { matrixCsv, readMatrix } from './whole-matrix';

const branch = { run: 'r', lane: 0, branch: 0 };
const positions = 70;
const weight = (row: number, column: number): number => (column > row ? 0 : Math.fround(1 / (row + 2 * column + 3)));
const load = (_: unknown, { first, count }: { first: number; count: number }): Promise<Float32Array> =>
  Promise.resolve(
    Float32Array.from({ length: count * (first + count) }, (__, i) => weight(first + Math.floor(i / (first + count)), i % (first + count))),
  );

describe('the whole matrix', () => {
  it('is put together from its blocks, every cell in its place', async () => {
    const rows: number[] = [];
    const matrix = await readMatrix(load, { branch, layer: 1, head: 2, positions }, new AbortController().signal, (read) =>
      rows.push(read),
    );
    expect(rows).toEqual([32, 64, 70]);
    expect(matrix).toEqual(Float32Array.from({ length: positions ** 2 }, (_, i) => weight(Math.floor(i / positions), i % positions)));
  });

  it('asks for no further block once it is stopped, and refuses half a one', async () => {
    const abort = new AbortController();
    let asked = 0;
    const stopping: typeof load = async (reference, query) => {
      asked += 1;
      abort.abort();
      return load(reference, query);
    };
    expect(await readMatrix(stopping, { branch, layer: 0, head: null, positions }, abort.signal, () => undefined)).toBeNull();
    expect(asked).toBe(1);
    const half = () => Promise.resolve(new Float32Array(7));
    await expect(
      readMatrix(half, { branch, layer: 0, head: null, positions }, new AbortController().signal, () => undefined),
    ).rejects.toThrow(RangeError);
  });

  it('is a table whose numbers give the same floats back, empty where nothing can be seen', async () => {
    const size = 3;
    const matrix = Float32Array.from({ length: size ** 2 }, (_, i) => weight(Math.floor(i / size), i % size));
    const texts = ['plain', 'with, comma', 'say "x"'];
    const csv = new TextDecoder().decode(
      await matrixCsv(matrix, size, (position) => ({ text: texts[position] ?? '', kind: 'prompt', step: null })),
    );
    const [head, first, second, third, end] = csv.split('\r\n');
    expect(head).toBe('query_position,query_token,1,2,3');
    expect(first).toBe('1,plain,0.33333334,,');
    expect(second).toMatch(/^2,"with, comma",0\.25,/);
    expect(third).toMatch(/^3,"say ""x""",/);
    expect(end).toBe('');
    const numbers = [...(third ?? '').matchAll(/,(\d[^,]*)/gu)].map(([, number]) => Math.fround(Number(number)));
    expect(numbers).toEqual([...matrix.subarray(6)]);
  });
});
