import type { ByteCursor } from './byte-cursor';
import { badGguf } from './gguf-fault';
import type { GgufArray, GgufValue } from './gguf-value';
import { readName } from './read-name';

/** The format's own limit. */
const maximumKeyBytes = 65_535;
const maximumTextBytes = 16 * 2 ** 20;
/** Nobody is known to write even two. */
const maximumNesting = 4;

const boolType = 7;
const stringType = 8;
const arrayType = 9;
/** A key's length, its first byte, the value's type, a value of one byte. */
const leastEntryBytes = 8 + 1 + 4 + 1;
const leastArrayBytes = 4 + 8;

interface NumberType {
  readonly bytes: number;
  readonly array: (buffer: ArrayBuffer) => Exclude<GgufArray, readonly unknown[]>;
}

/** The types of numbers by the format's own ids. Typed arrays read in the machine's order: everything we run on is little-endian. */
const numberTypes: ReadonlyMap<number, NumberType> = new Map([
  [0, { bytes: 1, array: (buffer) => new Uint8Array(buffer) }],
  [1, { bytes: 1, array: (buffer) => new Int8Array(buffer) }],
  [2, { bytes: 2, array: (buffer) => new Uint16Array(buffer) }],
  [3, { bytes: 2, array: (buffer) => new Int16Array(buffer) }],
  [4, { bytes: 4, array: (buffer) => new Uint32Array(buffer) }],
  [5, { bytes: 4, array: (buffer) => new Int32Array(buffer) }],
  [6, { bytes: 4, array: (buffer) => new Float32Array(buffer) }],
  [10, { bytes: 8, array: (buffer) => new BigUint64Array(buffer) }],
  [11, { bytes: 8, array: (buffer) => new BigInt64Array(buffer) }],
  [12, { bytes: 8, array: (buffer) => new Float64Array(buffer) }],
] satisfies [number, NumberType][]);

async function readNumbers(
  cursor: ByteCursor,
  type: NumberType,
  count: number,
  what: string,
): Promise<Exclude<GgufArray, readonly unknown[]>> {
  await cursor.need(count * type.bytes, what);
  return type.array(cursor.take(count * type.bytes).buffer);
}

async function readBools(cursor: ByteCursor, count: number, what: string): Promise<readonly boolean[]> {
  await cursor.need(count, what);
  const { position } = cursor;
  return Array.from(cursor.take(count), (byte, index) => {
    if (byte > 1) throw badGguf(`Byte ${position + index}: ${what} holds ${byte} where true (1) or false (0) is expected.`);
    return byte === 1;
  });
}

/** Waits only where a chunk ends: vocabularies hold hundreds of thousands. */
async function readTexts(cursor: ByteCursor, count: number, what: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    if (cursor.buffered < 8) await cursor.need(8, what);
    const { position } = cursor;
    const length = cursor.uint64(what);
    if (length > maximumTextBytes) throw badGguf(`Byte ${position}: a text in ${what} has ${length} bytes, more than ${maximumTextBytes}.`);
    if (cursor.buffered < length) await cursor.need(length, what);
    texts.push(cursor.text(length, what));
  }
  return texts;
}

async function readArray(cursor: ByteCursor, what: string, depth: number): Promise<GgufArray> {
  if (depth > maximumNesting) throw badGguf(`Byte ${cursor.position}: ${what} nests arrays more than ${maximumNesting} deep.`);
  await cursor.need(leastArrayBytes, what);
  const { position } = cursor;
  const type = cursor.uint32();
  const count = cursor.uint64(`the length of ${what}`);
  const numbers = numberTypes.get(type);
  if (numbers) {
    cursor.expect(count, numbers.bytes, `numbers of ${what}`);
    return readNumbers(cursor, numbers, count, what);
  }
  switch (type) {
    case boolType:
      cursor.expect(count, 1, `truth values of ${what}`);
      return readBools(cursor, count, what);
    case stringType:
      cursor.expect(count, 8, `texts of ${what}`);
      return readTexts(cursor, count, what);
    case arrayType: {
      cursor.expect(count, leastArrayBytes, `arrays of ${what}`);
      const arrays: GgufArray[] = [];
      for (let index = 0; index < count; index++) arrays.push(await readArray(cursor, what, depth + 1));
      return arrays;
    }
    default:
      throw badGguf(`Byte ${position}: ${what} is an array of elements of unknown type ${type}.`);
  }
}

async function readValue(cursor: ByteCursor, type: number, what: string): Promise<GgufValue> {
  const { position } = cursor;
  const numbers = numberTypes.get(type);
  let value: GgufValue | undefined;
  if (numbers) [value] = await readNumbers(cursor, numbers, 1, what);
  else if (type === boolType) [value] = await readBools(cursor, 1, what);
  else if (type === stringType) [value] = await readTexts(cursor, 1, what);
  else if (type === arrayType) return readArray(cursor, what, 1);
  if (value === undefined) throw badGguf(`Byte ${position}: ${what} has the unknown type ${type}.`);
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/**
 * The keys and values in front of the tensors of a GGUF file.
 * @param count how many the file says there are
 * @throws InterlinearError naming the byte and the key of whatever is wrong
 */
export async function readMetadata(cursor: ByteCursor, count: number): Promise<ReadonlyMap<string, GgufValue>> {
  cursor.expect(count, leastEntryBytes, 'entries of metadata');
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < count; index++) {
    const { position } = cursor;
    const key = await readName(cursor, `key ${index + 1} of the metadata`, maximumKeyBytes);
    if (metadata.has(key)) throw badGguf(`Byte ${position}: the key “${key}” is there twice.`);
    await cursor.need(4, `the type of “${key}”`);
    metadata.set(key, await readValue(cursor, cursor.uint32(), `the value of “${key}”`));
  }
  return metadata;
}
