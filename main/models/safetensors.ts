import { type FileHandle, open } from 'node:fs/promises';
import { InterlinearError } from '../contract/errors';
import { elementBytes, toFloat32 } from './element-types';
import { readExactly } from './random-access';
import {
  type FileFault,
  lengthBytes,
  parseHeaderLength,
  parseSafetensorsHeader,
  type SafetensorsHeader,
  type TensorEntry,
  weightsFault,
} from './safetensors-header';

/** An open safetensors file; each tensor is read on its own, so a large file costs no memory. Close it when done. */
export class SafetensorsFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly fault: FileFault,
    readonly header: SafetensorsHeader,
  ) {}

  /** Opens the file and checks its header: see `openSafetensors`. */
  static async open(path: string, fault: FileFault): Promise<SafetensorsFile> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const start = await readExactly(handle, 0, Math.min(lengthBytes, size), fault);
      const bytes = await readExactly(handle, 0, lengthBytes + parseHeaderLength(start, size, fault), fault);
      return new SafetensorsFile(handle, fault, parseSafetensorsHeader(bytes, size, fault));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws InterlinearError when the file has no tensor of that name */
  entry(name: string): TensorEntry {
    const entry = this.header.tensors.get(name);
    if (!entry) throw new InterlinearError(this.fault.code, `The file has no tensor “${name}”.`, this.fault.hint);
    return entry;
  }

  /** The tensor's bytes as they are in the file: row-major, little-endian. */
  async bytes(name: string): Promise<Uint8Array> {
    const { offset, byteLength } = this.entry(name);
    return readExactly(this.handle, offset, byteLength, this.fault);
  }

  /** Bytes `from` to `from + length` of the tensor. @throws RangeError when it does not have them */
  async bytesAt(name: string, from: number, length: number): Promise<Uint8Array> {
    const { offset, byteLength } = this.entry(name);
    if (from < 0 || length < 0 || from + length > byteLength) throw new RangeError(`Tensor '${name}' has ${byteLength} bytes`);
    return readExactly(this.handle, offset + from, length, this.fault);
  }

  /** The tensor widened to 32-bit floats. @throws InterlinearError when its elements are not floats */
  async float32(name: string): Promise<Float32Array> {
    const { dtype } = this.entry(name);
    const bytes = await this.bytes(name);
    try {
      return toFloat32(dtype, bytes);
    } catch (error) {
      throw new InterlinearError(this.fault.code, `Tensor “${name}” holds ${dtype} where floats are expected.`, this.fault.hint, {
        cause: error,
      });
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/**
 * Opens a safetensors file for random access by tensor.
 * @param fault the code and hint of errors about the file's contents; by default those of a model's weights
 * @throws InterlinearError for anything wrong with the contents; file system errors pass through
 */
export async function openSafetensors(path: string, fault: FileFault = weightsFault): Promise<SafetensorsFile> {
  return SafetensorsFile.open(path, fault);
}

/** What a header has to know of a tensor to be written. */
export interface TensorPlan {
  readonly name: string;
  readonly dtype: 'F32' | 'F16' | 'BF16' | 'I32' | 'I64' | 'U8';
  readonly shape: readonly number[];
}

/** A tensor to be written. */
export interface TensorSource extends TensorPlan {
  /** Row-major, little-endian; a function is called only when the tensor's turn comes, so one tensor is in memory at a time. */
  readonly data: Uint8Array | (() => Uint8Array | Promise<Uint8Array>);
}

function sizeOf(tensor: TensorPlan): number {
  return tensor.shape.reduce((product, size) => product * size, elementBytes[tensor.dtype]);
}

/**
 * The bytes in front of the tensors, the order in which their data has to follow, and the size of the whole file. Tensors with wider elements come first,
 * and the header is padded to 8 bytes, so that every tensor is aligned to its element size and readers may map the file.
 * @throws RangeError when a name repeats
 */
export function planSafetensors<Tensor extends TensorPlan>(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>> = {},
): { readonly head: Uint8Array; readonly ordered: readonly Tensor[]; readonly bytes: number } {
  const ordered = tensors.toSorted((a, b) => elementBytes[b.dtype] - elementBytes[a.dtype]);
  const entries = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) entries.set('__metadata__', metadata);
  let end = 0;
  for (const tensor of ordered) {
    if (entries.has(tensor.name) || tensor.name === '__metadata__') throw new RangeError(`The tensor name '${tensor.name}' is taken`);
    const begin = end;
    end += sizeOf(tensor);
    entries.set(tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, end] });
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)), 'utf8');
  const padded = Math.ceil(json.length / 8) * 8;
  const head = Buffer.alloc(lengthBytes + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(head, lengthBytes);
  return { head, ordered, bytes: head.byteLength + end };
}

/**
 * Writes a safetensors file: header first, then one tensor after the other, and flushes it to disk.
 * A write that fails leaves a partial file: write beside and rename.
 * @throws RangeError when a name repeats or data does not have the size its shape asks for; file system errors pass through
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorSource>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { head, ordered } = planSafetensors([...tensors], metadata);
  const handle = await open(path, 'w');
  try {
    await writeAll(handle, head);
    for (const tensor of ordered) {
      const data = typeof tensor.data === 'function' ? await tensor.data() : tensor.data;
      if (data.byteLength !== sizeOf(tensor)) {
        throw new RangeError(
          `Tensor '${tensor.name}' of shape [${tensor.shape.join(', ')}] has ${data.byteLength} bytes instead of ${sizeOf(tensor)}`,
        );
      }
      await writeAll(handle, data);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** `write` may take only part of the bytes. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) done += (await handle.write(bytes, done, bytes.byteLength - done)).bytesWritten;
}
