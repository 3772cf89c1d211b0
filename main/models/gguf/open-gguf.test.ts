import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GgufFile, openGguf } from './open-gguf';
import { type Value, type WrittenGguf, type WrittenTensor, writeGguf } from './testing/write-gguf';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-gguf-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function openBytes(bytes: Uint8Array): Promise<GgufFile> {
  const path = join(folder, 'model.gguf');
  await writeFile(path, bytes);
  return openGguf(path);
}

const openWritten = async (file: WrittenGguf): Promise<GgufFile> => openBytes(writeGguf(file));
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const plain = (name: string, more: Partial<WrittenTensor> = {}): WrittenTensor => ({ name, shape: [8], type: 'F32', ...more });

describe('an open file', () => {
  it('gives every kind of value', async () => {
    const file = await openWritten({
      metadata: [
        ['u8', ['u8', 200]],
        ['i8', ['i8', -5]],
        ['u16', ['u16', 60_000]],
        ['i16', ['i16', -6]],
        ['u32', ['u32', 4_000_000_000]],
        ['i32', ['i32', -7]],
        ['f32', ['f32', 0.5]],
        ['f64', ['f64', 0.1]],
        ['yes', ['bool', true]],
        ['no', ['bool', false]],
        ['u64', ['u64', 2n ** 53n - 1n]],
        ['large', ['u64', 2n ** 64n - 1n]],
        ['i64', ['i64', -8n]],
        ['text', ['string', 'später 🙂']],
        ['empty', ['string', '']],
        // A token may be a byte order mark.
        ['texts', ['array', 'string', [['string', '\uFEFF'], ['string', ''], ['string', '▁a']]]], // prettier-ignore
        ['bools', ['array', 'bool', [['bool', 1], ['bool', 0]]]], // prettier-ignore
        ['f32s', ['array', 'f32', [['f32', -1.5], ['f32', 2]]]], // prettier-ignore
        ['i32s', ['array', 'i32', [['i32', -1]]]],
        ['u64s', ['array', 'u64', [['u64', 2n ** 63n]]]],
        ['none', ['array', 'string', []]],
        ['nested', ['array', 'array', [['array', 'u8', [['u8', 1], ['u8', 2]]], ['array', 'string', [['string', 'x']]]]]], // prettier-ignore
        ['__proto__', ['u8', 1]],
      ],
    });
    expect(Object.fromEntries([...file.metadata].filter(([key]) => key !== '__proto__'))).toEqual({
      u8: 200,
      i8: -5,
      u16: 60_000,
      i16: -6,
      u32: 4_000_000_000,
      i32: -7,
      f32: 0.5,
      f64: 0.1,
      yes: true,
      no: false,
      u64: 2 ** 53 - 1,
      large: 2n ** 64n - 1n,
      i64: -8,
      text: 'später 🙂',
      empty: '',
      texts: ['\uFEFF', '', '▁a'],
      bools: [true, false],
      f32s: Float32Array.of(-1.5, 2),
      i32s: Int32Array.of(-1),
      u64s: BigUint64Array.of(2n ** 63n),
      none: [],
      nested: [Uint8Array.of(1, 2), ['x']],
    });
    expect(file.metadata.get('__proto__')).toBe(1);
    await file.close();
  });

  it.each([2, 3])('of version %d gives tensors row-major, by rows', async (version) => {
    const file = await openWritten({
      version,
      alignment: 64,
      metadata: [['general.alignment', ['u32', 64]]],
      tensors: [
        { name: 'matrix', shape: [3, 2], type: 'F32', data: floats(1, 2, 3, 4, 5, 6) },
        { name: 'blocks', shape: [2, 64], type: 'Q4_0', data: Uint8Array.from({ length: 72 }, (_, index) => index) },
        { name: 'vector', shape: [4], type: 'F16' },
      ],
    });
    expect([...file.tensors.values()].map(({ name, shape, type, byteLength }) => [name, shape, type, byteLength])).toEqual([
      ['matrix', [3, 2], 'F32', 24],
      ['blocks', [2, 64], 'Q4_0', 72],
      ['vector', [4], 'F16', 8],
    ]);
    const matrix = file.tensors.get('matrix');
    expect(await matrix?.rows()).toEqual(floats(1, 2, 3, 4, 5, 6));
    expect(await matrix?.rows(1)).toEqual(floats(3, 4, 5, 6));
    expect(await matrix?.rows(2, 1)).toEqual(floats(5, 6));
    expect(await matrix?.rows(3, 0)).toEqual(floats());
    expect((await file.tensors.get('blocks')?.rows(1, 1))?.[0]).toBe(36);
    for (const [first, count] of [
      [0, 4],
      [3, 1],
      [-1, 1],
      [0.5, 1],
      [0, -1],
    ] as const) {
      // prettier-ignore
      await expect(matrix?.rows(first, count)).rejects.toThrow(RangeError);
    }
    await file.close();
  });

  it('reads vocabularies that span many chunks', async () => {
    const tokens = Array.from({ length: 60_000 }, (_, index) => `▁token-${index}`);
    const file = await openWritten({
      metadata: [
        ['tokens', ['array', 'string', tokens.map((token) => ['string', token] as const)]],
        ['scores', ['array', 'f32', tokens.map((_, index) => ['f32', -index] as const)]],
      ],
    });
    expect(file.metadata.get('tokens')).toEqual(tokens);
    expect(file.metadata.get('scores')).toEqual(Float32Array.from(tokens, (_, index) => -index));
    await file.close();
  });

  it('that is cut short afterwards says so', async () => {
    const path = join(folder, 'model.gguf');
    const bytes = writeGguf({ tensors: [plain('w')] });
    const file = await openBytes(bytes);
    await truncate(path, bytes.length - 8);
    await expect(file.tensors.get('w')?.rows()).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('8 bytes early') as string,
    });
    await file.close();
  });
});

/** Files nobody should believe, with what is said of them. */
const refused: readonly (readonly [string, WrittenGguf, string])[] = [
  ['more entries than bytes', { metadataCount: 2n ** 40n }, 'entries of metadata need at least'],
  ['more entries than exact integers', { metadataCount: 2n ** 64n - 1n }, 'is 18446744073709551615'],
  ['more tensors than bytes', { tensorCount: 3n }, '3 tensors need at least 99 bytes'],
  ['a key twice', { metadata: [['a', ['u8', 1]], ['a', ['u8', 2]]] }, 'key “a” is there twice'], // prettier-ignore
  ['an empty key', { metadata: [['', ['u8', 1]]] }, 'has 0 bytes'],
  ['a key too long', { metadata: [['a'.repeat(65_536), ['u8', 1]]] }, '65536 bytes instead'],
  ['a key with control characters', { metadata: [['a\u001B[2J', ['u8', 1]]] }, 'control characters'],
  ['a truth value of 2', { metadata: [['flag', ['bool', 2]]] }, 'value of “flag” holds 2'],
  ['an alignment of 0', { metadata: [['general.alignment', ['u32', 0]]] }, '“general.alignment” holds 0'],
  ['an alignment of 48', { metadata: [['general.alignment', ['u32', 48]]] }, '“general.alignment” holds 48'],
  ['an alignment in words', { metadata: [['general.alignment', ['string', '32']]] }, 'no number'],
  ['a tensor twice', { tensors: [plain('w'), plain('w')] }, 'two tensors “w”'],
  ['a tensor without a name', { tensors: [plain('')] }, 'has 0 bytes'],
  ['a tensor of no dimensions', { tensors: [plain('w', { shape: [] })] }, '0 dimensions'],
  ['a tensor of five dimensions', { tensors: [plain('w', { shape: [1, 1, 1, 1, 1] })] }, '5 dimensions'],
  ['a size of 0', { tensors: [plain('w', { shape: [0] })] }, 'size of 0'],
  ['a size past exact integers', { tensors: [plain('w', { shape: [2n ** 63n], data: floats(1) })] }, 'is 9223372036854775808'],
  ['sizes whose product overflows', { tensors: [plain('w', { shape: [2 ** 32, 2 ** 32], data: floats(1) })] }, 'larger than any file'],
  ['rows of half a block', { tensors: [plain('w', { shape: [4, 16], type: 'Q8_0', data: floats(1) })] }, 'whole Q8_0 blocks of 32'],
  ['a tensor past the end', { tensors: [plain('w', { shape: [9], data: floats(1) })] }, '“w” ends at byte'],
  ['an offset past the end', { tensors: [plain('w', { offset: 2 ** 40 })] }, 'truncated'],
  ['an offset past exact integers', { tensors: [plain('w', { offset: 2n ** 63n })] }, 'offset of tensor “w”'],
  ['an offset out of line', { tensors: [plain('w', { shape: [1], offset: 4, data: floats(1, 2) })] }, 'not a multiple of 32'],
  ['tensors on top of each other', { tensors: [plain('v'), plain('w', { offset: 0 })] }, '“w” overlaps tensor “v”'],
];

describe('a file is refused', () => {
  it.each(refused)('with %s', async (_, file, message) => {
    await expect(openWritten(file)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(message) as string });
  });

  it('with arrays nested too deeply, or longer than the file, or of unknown elements', async () => {
    let nested: Value = ['array', 'u8', []];
    for (let depth = 0; depth < 4; depth++) nested = ['array', 'array', [nested]];
    await expect(openWritten({ metadata: [['a', nested]] })).rejects.toThrow('more than 4 deep');

    const bytes = writeGguf({ metadata: [['a', ['array', 'string', []]]] });
    const view = new DataView(bytes.buffer);
    const elementType = 24 + 8 + 1 + 4;
    for (const [type, count, message] of [
      [8, 2n ** 40n, '1099511627776 texts of the value of “a” need'],
      [6, 2n ** 50n, 'numbers of the value of “a” need'],
      [7, 100n, '100 truth values of the value of “a” need'],
      [9, 100n, '100 arrays of the value of “a” need'],
      [13, 0n, 'unknown type 13'],
    ] as const) {
      view.setUint32(elementType, type, true);
      view.setBigUint64(elementType + 4, count, true);
      await expect(openBytes(bytes)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining(message) as string });
    }
    view.setUint32(elementType - 4, 99, true);
    await expect(openBytes(bytes)).rejects.toThrow('“a” has the unknown type 99');
  });

  it('with text that is not UTF-8', async () => {
    const bytes = writeGguf({ metadata: [['a', ['string', 'zzzz']]] });
    bytes[bytes.indexOf(0x7a)] = 0xff;
    await expect(openBytes(bytes)).rejects.toThrow('value of “a” is not text');
  });

  it('cut short anywhere', async () => {
    const bytes = writeGguf({ metadata: [['a', ['array', 'string', [['string', 'zz']]]]], tensors: [plain('w')] });
    for (let length = 0; length < bytes.length; length++) {
      await expect(openBytes(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'bad-model' });
    }
  });

  it('that is something else', async () => {
    await expect(openBytes(new TextEncoder().encode('PK\u0003\u0004 and so on, for thirty bytes'))).rejects.toThrow(
      'does not begin with “GGUF”',
    );
    await expect(openGguf(folder)).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('is not a file') as string,
    });
    await expect(openGguf(join(folder, 'nothing.gguf'))).rejects.toThrow('nothing.gguf is missing');
  });

  it.runIf(process.platform === 'linux')('that is a pipe, without waiting for it', async () => {
    const path = join(folder, 'pipe.gguf');
    execFileSync('mkfifo', [path]);
    await expect(openGguf(path)).rejects.toThrow('is not a file');
  });
});

describe('what other programs read and this one does not is named', () => {
  it.each([
    ['big-endian files', { version: 0x03_00_00_00 }, 'big-endian'],
    ['version 1', { version: 1 }, 'version 1'],
    ['later versions', { version: 4 }, 'version 4'],
    ['one part of many', { metadata: [['split.count', ['u16', 3]]] }, 'one of 3 parts'],
    ['types of tensors', { tensors: [{ name: 'w', shape: [256], type: 23 }] }, 'tensor “w” is stored as IQ4_XS'],
    ['unknown types of tensors', { tensors: [{ name: 'w', shape: [256], type: 77 }] }, 'stored as type 77'],
  ] satisfies [string, WrittenGguf, string][])('%s', async (_, file, message) => {
    await expect(openWritten(file)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining(message) as string });
  });
});
