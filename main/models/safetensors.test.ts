import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { openSafetensors, writeSafetensors } from './safetensors';
import { parseSafetensorsHeader } from './safetensors-header';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-safetensors-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A file with the given header text in front of `dataBytes` zeros. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const bytesOf = (values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

describe('a file written and read back', () => {
  it('keeps names, shapes, metadata and values, and aligns every tensor', async () => {
    const path = join(folder, 'a.safetensors');
    await writeSafetensors(
      path,
      [
        { name: 'half', dtype: 'F16', shape: [1], data: Uint8Array.of(0x00, 0x3c) },
        { name: 'später', dtype: 'F32', shape: [2, 2], data: async () => bytesOf([1, 2, 3, 4]) },
        { name: 'ids', dtype: 'I64', shape: [1], data: new Uint8Array(BigInt64Array.of(-7n).buffer) },
        { name: 'empty', dtype: 'F32', shape: [0, 5], data: new Uint8Array(0) },
      ],
      { format: 'pt' },
    );
    const file = await openSafetensors(path);
    expect(file.header.metadata).toEqual({ format: 'pt' });
    expect(file.entry('später').shape).toEqual([2, 2]);
    expect([...(await file.float32('später'))]).toEqual([1, 2, 3, 4]);
    expect([...(await file.float32('half'))]).toEqual([1]);
    expect((await file.bytes('empty')).length).toBe(0);
    expect([file.entry('ids').offset % 8, file.entry('später').offset % 4, file.entry('half').offset % 2]).toEqual([0, 0, 0]);
    await expect(file.float32('ids')).rejects.toMatchObject({ code: 'bad-model' });
    await expect(file.bytes('nothing')).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('“nothing”') as string,
    });
    await file.close();
  });

  it('is refused when cut short, under the code its reader asks for', async () => {
    const path = join(folder, 'b.safetensors');
    await writeSafetensors(path, [{ name: 'w', dtype: 'F32', shape: [4], data: bytesOf([1, 2, 3, 4]) }]);
    const size = (await readFile(path)).length;
    for (const length of [0, 5, 20, size - 1]) {
      await truncate(path, length);
      await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'bad-model' });
      await expect(openSafetensors(path, { code: 'bad-trace', hint: '' })).rejects.toMatchObject({ code: 'bad-trace' });
      await writeFile(path, '');
      await writeSafetensors(path, [{ name: 'w', dtype: 'F32', shape: [4], data: bytesOf([1, 2, 3, 4]) }]);
    }
  });

  it('is not written from data that contradicts its shape or repeats a name', async () => {
    const path = join(folder, 'c.safetensors');
    const tensor = { name: 'w', dtype: 'F32', shape: [2], data: bytesOf([1]) } as const;
    await expect(writeSafetensors(path, [tensor])).rejects.toThrow('instead of 8');
    await expect(writeSafetensors(path, [tensor, tensor])).rejects.toThrow('taken');
  });
});

describe('a header', () => {
  const entry = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32'): string =>
    JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

  it.each([
    ['holds text that is not JSON', 'nonsense', 0, 'not JSON'],
    ['is an array', '[]', 0, 'not a JSON object'],
    ['names a tensor twice', `{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4, '“a” twice'],
    ['overlaps', `{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12, 'overlaps'],
    ['leaves a gap', `{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12, '4 unused bytes'],
    ['claims more than the file has', `{"a":${entry(0, 8)}}`, 4, 'truncated'],
    ['leaves bytes at the end', `{"a":${entry(0, 4)}}`, 8, '4 bytes after'],
    ['contradicts its shape', `{"a":${entry(0, 8, [3])}}`, 8, 'needs 12 bytes'],
    ['has offsets the wrong way round', `{"a":${entry(8, 0, [0])}}`, 8, 'needs 0 bytes'],
    ['has a negative size', `{"a":${entry(0, 4, [-1])}}`, 4, 'not described'],
    ['has a size past exact integers', `{"a":${entry(0, 4, [2 ** 52, 2 ** 52, 2 ** 60])}}`, 4, 'not described'],
    ['has a product past exact integers', `{"a":${entry(0, 4, [2 ** 52, 2 ** 52])}}`, 4, 'needs'],
    ['has an unknown element type', `{"a":${entry(0, 4, [1], 'F33')}}`, 4, '“F33”'],
    ['has an element type every object has', `{"a":${entry(0, 4, [1], 'constructor')}}`, 4, '“constructor”'],
    ['has metadata that is not text', '{"__metadata__":{"a":1}}', 0, 'metadata'],
  ])('that %s is refused', (_, header, dataBytes, message) => {
    const bytes = fileOf(header, dataBytes);
    expect(() => parseSafetensorsHeader(bytes, bytes.length)).toThrow(message);
  });

  it('longer than the file, or than the format allows, is refused before it is read', () => {
    const bytes = new Uint8Array(16);
    new DataView(bytes.buffer).setBigUint64(0, 9n, true);
    expect(() => parseSafetensorsHeader(bytes, 16)).toThrow('claims 9 bytes');
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(() => parseSafetensorsHeader(bytes, 2 ** 50)).toThrow('at most');
  });

  it('with any bytes changed gives tensors inside the file or a typed error', () => {
    const whole = fileOf(`{"__metadata__":{"format":"pt"},"a":${entry(0, 8, [2, 1])},"b":${entry(8, 12)}}`, 12);
    const change = fc.record({ at: fc.nat(whole.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(whole.length), fc.boolean(), (changes, length, cut) => {
        const bytes = whole.slice(0, cut ? length : whole.length);
        for (const { at, value } of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const { tensors } = parseSafetensorsHeader(bytes, bytes.length);
          return [...tensors.values()].every(({ offset, byteLength }) => offset >= 8 && offset + byteLength <= bytes.length);
        } catch (error) {
          return error instanceof InterlinearError;
        }
      }),
      { numRuns: 3000 },
    );
  });
});
