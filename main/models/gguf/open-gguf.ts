import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { InterlinearError } from '../../contract/errors';
import type { Checkpoint } from '../checkpoint';
import { checkpointTensor } from '../checkpoint-tensor';
import { openForReading, readExactly } from '../random-access';
import { ByteCursor } from './byte-cursor';
import { badGguf, ggufFault } from './gguf-fault';
import type { GgufValue } from './gguf-value';
import { readMetadata } from './read-metadata';
import { checkPlaces, readTensorInfos } from './read-tensor-infos';

/** An open GGUF file: the metadata in memory, the tensors on disk. */
export interface GgufFile extends Checkpoint {
  /** By key, in the file's order: architecture, sizes, vocabulary, chat template. */
  readonly metadata: ReadonlyMap<string, GgufValue>;
}

/** `GGUF` as a little-endian number. */
const magic = 0x46_55_47_47;
const versions = [2, 3];
const frontBytes = 4 + 4 + 8 + 8;
const defaultAlignment = 32;
/** A vocabulary of 450 000 merges takes 12 MiB. */
const maximumHeaderBytes = 64 * 2 ** 20;

function checkVersion(version: number): void {
  if (versions.includes(version)) return;
  // A number swapped byte by byte: its low half is empty.
  const bigEndian = version !== 0 && (version & 0xff_ff) === 0;
  throw new InterlinearError(
    'unsupported',
    bigEndian ? 'Byte 4: the GGUF file is big-endian.' : `Byte 4: the GGUF file has version ${version}.`,
    bigEndian ? 'Choose the little-endian file of this model.' : 'Files of versions 2 and 3 can be read: convert the model again.',
  );
}

function alignmentOf(metadata: ReadonlyMap<string, GgufValue>): number {
  const alignment = metadata.get('general.alignment') ?? defaultAlignment;
  if (typeof alignment === 'number' && alignment > 0 && Number.isInteger(Math.log2(alignment))) return alignment;
  throw badGguf(`The key “general.alignment” holds ${typeof alignment === 'number' ? alignment : 'no number'} instead of a power of two.`);
}

function refuseParts(metadata: ReadonlyMap<string, GgufValue>): void {
  const parts = metadata.get('split.count');
  if (typeof parts !== 'number' || parts <= 1) return;
  throw new InterlinearError(
    'unsupported',
    `The file is one of ${parts} parts (key “split.count”).`,
    'Join them with `llama-gguf-split --merge` first.',
  );
}

async function readGguf(handle: FileHandle, size: number): Promise<GgufFile> {
  const cursor = new ByteCursor(handle, size, maximumHeaderBytes);
  await cursor.need(frontBytes, 'the front of a GGUF file');
  if (cursor.uint32() !== magic) throw badGguf('Byte 0: the file does not begin with “GGUF”.');
  checkVersion(cursor.uint32());
  const tensorCount = cursor.uint64('the number of tensors');
  const metadata = await readMetadata(cursor, cursor.uint64('the number of entries of metadata'));
  refuseParts(metadata);
  const alignment = alignmentOf(metadata);
  const infos = await readTensorInfos(cursor, tensorCount);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  checkPlaces(infos, dataStart, alignment, size);
  const tensors = infos.map(({ name, shape, type, offset }) =>
    checkpointTensor({ name, shape, type, read: (from, length) => readExactly(handle, dataStart + offset + from, length, ggufFault) }),
  );
  return { metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), close: () => handle.close() };
}

/**
 * Opens a GGUF file of version 2 or 3, little-endian. Only its header is read, and nothing in it is believed: every length, count,
 * name, type, size, offset and alignment is checked against the size of the file before it is used.
 * @throws InterlinearError `bad-model` for anything wrong with the contents, naming the byte, key or tensor; `unsupported` for
 * big-endian files, other versions, files in parts and types of tensors that cannot be read
 * @source https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export async function openGguf(path: string): Promise<GgufFile> {
  const { handle, size } = await openForReading(path, basename(path), ggufFault);
  try {
    return await readGguf(handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}
