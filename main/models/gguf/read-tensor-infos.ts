import { InterlinearError } from '../../contract/errors';
import { type StorageType, storageTypes } from '../checkpoint';
import { storageBlocks } from '../quantization/storage-blocks';
import type { ByteCursor } from './byte-cursor';
import { badGguf } from './gguf-fault';
import { readName } from './read-name';
import { otherTypeName, readableTypes } from './tensor-types';

/** What a GGUF file says of one tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly type: StorageType;
  /** Row-major: reversed from the file, which names the fastest-running size first. */
  readonly shape: readonly number[];
  /** From the start of the tensors' data. */
  readonly offset: number;
  readonly byteLength: number;
}

/** The format allows 64; some writers of other kinds of models have gone past it. */
const maximumNameBytes = 256;
const maximumDimensions = 4;
/** The name's length, its first byte, the number of sizes, one size, the type, the offset. */
const leastInfoBytes = 8 + 1 + 4 + 8 + 4 + 8;

async function readSizes(cursor: ByteCursor, what: string): Promise<number[]> {
  await cursor.need(4, what);
  const { position } = cursor;
  const dimensions = cursor.uint32();
  if (dimensions < 1 || dimensions > maximumDimensions) {
    throw badGguf(`Byte ${position}: ${what} has ${dimensions} dimensions instead of 1 to ${maximumDimensions}.`);
  }
  await cursor.need(8 * dimensions, what);
  const sizes: number[] = [];
  for (let index = 0; index < dimensions; index++) {
    const { position } = cursor;
    const size = cursor.uint64(`a size of ${what}`);
    if (size === 0) throw badGguf(`Byte ${position}: ${what} has a size of 0.`);
    sizes.push(size);
  }
  return sizes;
}

async function readInfo(cursor: ByteCursor, index: number): Promise<TensorInfo> {
  const { position } = cursor;
  const name = await readName(cursor, `the name of tensor ${index + 1}`, maximumNameBytes);
  const what = `tensor “${name}”`;
  const sizes = await readSizes(cursor, what);
  await cursor.need(4 + 8, what);
  const id = cursor.uint32();
  const offset = cursor.uint64(`the offset of ${what}`);
  const type = readableTypes.get(id);
  if (type === undefined) {
    throw new InterlinearError(
      'unsupported',
      `Byte ${position}: ${what} is stored as ${otherTypeName(id)}, which cannot be read.`,
      `Choose a file whose tensors are ${storageTypes.join(', ')}.`,
    );
  }
  const block = storageBlocks[type];
  const elements = sizes.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements) || !Number.isSafeInteger((elements / block.elements) * block.bytes + offset)) {
    throw badGguf(`Byte ${position}: ${what} of sizes ${sizes.join(' × ')} is larger than any file.`);
  }
  if ((sizes[0] ?? 0) % block.elements !== 0) {
    throw badGguf(`Byte ${position}: ${what} has rows of ${sizes[0]} elements, which are not whole ${type} blocks of ${block.elements}.`);
  }
  return { name, type, shape: sizes.toReversed(), offset, byteLength: (elements / block.elements) * block.bytes };
}

/**
 * The table of tensors that follows the metadata.
 * @param count how many the file says there are
 * @throws InterlinearError `unsupported` for a type that cannot be read, `bad-model` naming the byte and the tensor for anything wrong
 */
export async function readTensorInfos(cursor: ByteCursor, count: number): Promise<readonly TensorInfo[]> {
  cursor.expect(count, leastInfoBytes, 'tensors');
  const infos = new Map<string, TensorInfo>();
  for (let index = 0; index < count; index++) {
    const { position } = cursor;
    const info = await readInfo(cursor, index);
    if (infos.has(info.name)) throw badGguf(`Byte ${position}: there are two tensors “${info.name}”.`);
    infos.set(info.name, info);
  }
  return [...infos.values()];
}

/**
 * Checks that every tensor lies inside the file, aligned and apart from the others. Unused bytes between them are allowed.
 * @param dataStart offset in the file of the tensors' data
 */
export function checkPlaces(infos: readonly TensorInfo[], dataStart: number, alignment: number, fileSize: number): void {
  let end = 0;
  let before = '';
  for (const { name, offset, byteLength } of infos.toSorted((a, b) => a.offset - b.offset)) {
    if (offset % alignment !== 0) throw badGguf(`Tensor “${name}” begins at ${offset}, which is not a multiple of ${alignment}.`);
    if (offset < end) throw badGguf(`Tensor “${name}” overlaps tensor “${before}”.`);
    end = offset + byteLength;
    before = name;
    if (dataStart + end > fileSize) {
      throw badGguf(`Tensor “${name}” ends at byte ${dataStart + end}, the file has ${fileSize}: it is truncated.`);
    }
  }
}
