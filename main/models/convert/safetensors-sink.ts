import { type FileHandle, open } from 'node:fs/promises';
import { planSafetensors, type TensorPlan } from '../safetensors';
import { parseSafetensorsHeader, type TensorEntry } from '../safetensors-header';

/** A safetensors file whose tensors are written in any order and in parts, so that none has to be in memory. */
export class SafetensorsSink {
  readonly #handle: FileHandle;
  readonly #tensors: ReadonlyMap<string, TensorEntry>;

  private constructor(
    handle: FileHandle,
    tensors: ReadonlyMap<string, TensorEntry>,
    /** Of the whole file. */
    readonly bytes: number,
  ) {
    this.#handle = handle;
    this.#tensors = tensors;
  }

  /** Makes the file, at its full size, so that a disk too small for it is told at once. @throws file system errors */
  static async create(path: string, plans: readonly TensorPlan[], metadata: Readonly<Record<string, string>>): Promise<SafetensorsSink> {
    const { head, bytes } = planSafetensors(plans, metadata);
    const handle = await open(path, 'wx');
    try {
      await handle.truncate(bytes);
      await writeAt(handle, head, 0);
      return new SafetensorsSink(handle, parseSafetensorsHeader(head, bytes).tensors, bytes);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @param at bytes from the tensor's beginning */
  async write(name: string, data: Uint8Array | Float32Array, at = 0): Promise<void> {
    const tensor = this.#tensors.get(name);
    if (!tensor || at + data.byteLength > tensor.byteLength) {
      throw new RangeError(`${data.byteLength} bytes from ${at} are not inside a tensor '${name}' of ${tensor?.byteLength ?? 0} bytes`);
    }
    await writeAt(this.#handle, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), tensor.offset + at);
  }

  /** Brings everything to the disk. */
  async finish(): Promise<void> {
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** `write` may take only part of the bytes. */
async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) done += (await handle.write(bytes, done, bytes.byteLength - done, position + done)).bytesWritten;
}
