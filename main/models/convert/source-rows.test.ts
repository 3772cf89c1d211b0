import { describe, expect, it } from 'vitest';
import type { WeightSource } from '../architectures/weight-source';
import { checkpointTensor } from '../checkpoint-tensor';
import { readMatrixRows } from './source-rows';

const reversed = Uint32Array.of(3, 2, 1, 0);
const run = { first: 1, count: 3 };
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

async function read(
  shape: readonly number[],
  source: Omit<WeightSource, 'tensor' | 'shape'>,
  first: number,
  count: number,
): Promise<number[]> {
  const bytes = new Uint8Array(Float32Array.from(numbers(shape.reduce((product, size) => product * size, 1))).buffer);
  const tensor = checkpointTensor({
    name: 't',
    shape,
    type: 'F32',
    read: async (from, length) => Promise.resolve(bytes.slice(from, from + length)),
  });
  const rows = await readMatrixRows(tensor, { tensor: 't', shape, ...source }, first, count);
  return [...('values' in rows ? rows.values : new Float32Array(rows.stored.slice().buffer))];
}

describe('the second and third output', () => {
  it.each([
    ['of a matrix', [4, 2], {}, [2, 3, 4, 5]],
    ['of some of its rows', [4, 2], { rows: run }, [4, 5, 6, 7]],
    ['of its rows in another order', [4, 2], { rows: reversed }, [4, 5, 2, 3]],
    ['of one turned over', [2, 4], { transpose: true } as const, [1, 5, 2, 6]],
    ['of some rows of one turned over', [2, 4], { transpose: true, rows: run } as const, [2, 6, 3, 7]],
    ['of a vector', [4], {}, [1, 2]],
    ['of some of its elements', [4], { rows: run }, [2, 3]],
    ['of its elements in another order', [4], { rows: reversed }, [2, 1]],
  ])('%s', async (_, shape, source, expected) => {
    expect(await read(shape, source, 1, 2)).toEqual(expected);
  });
});
