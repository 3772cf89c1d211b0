import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storageTypes } from '../checkpoint';
import { openSafetensors, type SafetensorsFile } from '../safetensors';
import { dequantize } from './dequantize';
import { halfAt } from './dequantize-blocks-of-32';
import { repackInt4, repackInt8 } from './repack';
import { storageBlocks } from './storage-blocks';
import { unpackInt4, unpackInt8 } from './unpack';

/** Made by the reference implementation: see `fixtures/make_fixtures.py`. */
let fixtures: SafetensorsFile;
beforeAll(async () => {
  fixtures = await openSafetensors(new URL('fixtures/blocks.safetensors', import.meta.url).pathname);
});
afterAll(async () => fixtures.close());

const bitsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer);

describe.each(storageTypes)('%s', (type) => {
  it('gives the values of the reference implementation, bit for bit', async () => {
    const blocks = await fixtures.bytes(`${type}.blocks`);
    expect(blocks.length).toBeGreaterThan(20 * storageBlocks[type].bytes);
    expect(bitsOf(dequantize(type, blocks))).toEqual(bitsOf(await fixtures.float32(`${type}.values`)));
  });

  it('is read at any alignment, in whole blocks only', async () => {
    const { bytes } = storageBlocks[type];
    const block = (await fixtures.bytes(`${type}.blocks`)).slice(0, bytes);
    const shifted = new Uint8Array(bytes + 1);
    shifted.set(block, 1);
    expect(dequantize(type, shifted.subarray(1))).toEqual(dequantize(type, block));
    expect(dequantize(type, new Uint8Array(0)).length).toBe(0);
    expect(() => dequantize(type, shifted)).toThrow(RangeError);
  });
});

describe('repacked for MatMulNBits', () => {
  const rows = 16;

  it.each(['Q4_0', 'Q4_1'] as const)('%s keeps its values, bit for bit', async (type) => {
    const bytes = await fixtures.bytes(`${type}.blocks`);
    const columns = ((bytes.length / storageBlocks[type].bytes) * 32) / rows;
    const matrix = repackInt4(type, bytes, rows, columns);
    const expected = dequantize(type, bytes);
    const found = unpackInt4(matrix);
    // Where an offset is not exact, which takes scale and minimum 2¹³ apart or more, values may move by its last bit.
    const inexact = (index: number): boolean => {
      const block = Math.floor(index / 32);
      const view = new DataView(bytes.buffer, bytes.byteOffset + block * storageBlocks[type].bytes, 4);
      const offset = type === 'Q4_1' ? halfAt(view, 2) + 8 * halfAt(view, 0) : 0;
      return Math.fround(offset) !== offset;
    };
    const differing = Array.from(expected.keys()).filter((index) => expected[index] !== found[index]);
    expect(differing.filter((index) => !inexact(index))).toEqual([]);
    expect(matrix.inexactBlocks).toBe(
      Array.from({ length: expected.length / 32 }, (_, block) => inexact(block * 32)).filter(Boolean).length,
    );
  });

  it('Q8_0 keeps its values, bit for bit', async () => {
    const bytes = await fixtures.bytes('Q8_0.blocks');
    const matrix = repackInt8(bytes, rows, ((bytes.length / 34) * 32) / rows);
    expect(bitsOf(unpackInt8(matrix))).toEqual(bitsOf(dequantize('Q8_0', bytes)));
  });

  it('refuses what is no such matrix', () => {
    expect(() => repackInt4('Q4_0', new Uint8Array(18), 1, 33)).toThrow(RangeError);
    expect(() => repackInt4('Q4_1', new Uint8Array(19), 1, 32)).toThrow(RangeError);
    expect(() => repackInt8(new Uint8Array(34), 2, 32)).toThrow(RangeError);
  });
});
