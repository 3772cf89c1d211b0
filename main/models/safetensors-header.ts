import { z } from 'zod';
import { type ErrorCode, InterlinearError } from '../contract/errors';
import { findDuplicateKey } from './duplicate-keys';
import { type ElementType, elementBytes, isElementType } from './element-types';

/** Where one tensor lies in its file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** Absolute byte offset in the file. */
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes before the JSON text: its length as an unsigned 64-bit little-endian number. */
export const lengthBytes = 8;
/** The format's own limit on the JSON text. */
const maximumHeaderBytes = 100_000_000;
const metadataKey = '__metadata__';

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.strictObject({ dtype: z.string(), shape: z.array(count).max(32), data_offsets: z.tuple([count, count]) });
const metadataSchema = z.record(z.string(), z.string());

/** Who is told about a damaged file, and how: a model's weights and a trace's tensors fail under different codes. */
export interface FileFault {
  readonly code: ErrorCode;
  readonly hint: string;
}

export const weightsFault: FileFault = {
  code: 'bad-model',
  hint: 'The file is damaged or not a safetensors file: copy or download the model again.',
};

/**
 * The length of the JSON text, from the file's first bytes.
 * @throws InterlinearError with the fault's code when the length cannot be true of a file of `fileSize` bytes.
 */
export function parseHeaderLength(bytes: Uint8Array, fileSize: number, fault: FileFault = weightsFault): number {
  if (bytes.byteLength < lengthBytes || fileSize < lengthBytes) {
    throw new InterlinearError(
      fault.code,
      `The file holds ${fileSize} bytes, fewer than the ${lengthBytes} every safetensors file starts with.`,
      fault.hint,
    );
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes)) {
    throw new InterlinearError(fault.code, `The header claims ${length} bytes; at most ${maximumHeaderBytes} are allowed.`, fault.hint);
  }
  if (length > BigInt(fileSize - lengthBytes)) {
    throw new InterlinearError(fault.code, `The header claims ${length} bytes, the whole file has ${fileSize}.`, fault.hint);
  }
  return Number(length);
}

function parseEntry(name: string, value: unknown, dataStart: number, fail: (message: string) => InterlinearError): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw fail(`Tensor “${name}” is not described by dtype, shape and data_offsets.`);
  const {
    dtype,
    shape,
    data_offsets: [begin, end],
  } = parsed.data;
  if (!isElementType(dtype)) throw fail(`Tensor “${name}” has the unknown element type “${dtype}”.`);
  const expected = shape.reduce((product, size) => product * size, elementBytes[dtype]);
  if (end < begin || end - begin !== expected) {
    throw fail(
      `Tensor “${name}” of shape [${shape.join(', ')}] in ${dtype} needs ${expected} bytes, its offsets [${begin}, ${end}] give ${end - begin}.`,
    );
  }
  return { name, dtype, shape, offset: dataStart + begin, byteLength: expected };
}

/** Every byte after the header belongs to exactly one tensor. */
function checkCoverage(
  entries: readonly TensorEntry[],
  dataStart: number,
  fileSize: number,
  fail: (message: string) => InterlinearError,
): void {
  let end = dataStart;
  for (const entry of entries.toSorted((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (entry.offset < end) throw fail(`Tensor “${entry.name}” overlaps the one before it.`);
    if (entry.offset > end) throw fail(`There are ${entry.offset - end} unused bytes before tensor “${entry.name}”.`);
    end += entry.byteLength;
  }
  if (end > fileSize) throw fail(`The tensors need ${end} bytes, the file has ${fileSize}: it is truncated.`);
  if (end < fileSize) throw fail(`The file has ${fileSize - end} bytes after its last tensor.`);
}

/**
 * Reads and checks the header of a safetensors file. Nothing in it is believed: lengths, element types, shapes, offsets, gaps,
 * overlaps and repeated names are all checked against the size of the file.
 * @param bytes the file from its start; at least the length and the JSON text
 * @param fileSize bytes of the whole file
 * @throws InterlinearError with the fault's code; never anything else
 * @source https://github.com/huggingface/safetensors#format
 */
export function parseSafetensorsHeader(bytes: Uint8Array, fileSize: number, fault: FileFault = weightsFault): SafetensorsHeader {
  const fail = (message: string): InterlinearError => new InterlinearError(fault.code, message, fault.hint);
  const length = parseHeaderLength(bytes, fileSize, fault);
  const dataStart = lengthBytes + length;
  if (bytes.byteLength < dataStart) throw fail(`The header needs ${dataStart} bytes, ${bytes.byteLength} were read.`);

  let parsed: unknown;
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(lengthBytes, dataStart));
    parsed = JSON.parse(json);
  } catch {
    throw fail('The header is not JSON text in UTF-8.');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw fail('The header is not a JSON object.');
  const repeated = findDuplicateKey(json);
  if (repeated !== null) throw fail(`The header names “${repeated}” twice.`);

  const tensors = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name !== metadataKey) {
      tensors.set(name, parseEntry(name, value, dataStart, fail));
      continue;
    }
    const read = metadataSchema.safeParse(value);
    if (!read.success) throw fail('The metadata is not a table of texts.');
    metadata = read.data;
  }
  checkCoverage([...tensors.values()], dataStart, fileSize, fail);
  return { tensors, metadata };
}
