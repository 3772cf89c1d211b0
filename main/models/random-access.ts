import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { InterlinearError } from '../contract/errors';
import { isMissing } from './model-file';
import type { FileFault } from './safetensors-header';

/** Some systems read at most 2 GiB in one call. */
const largestRead = 1 << 30;

/**
 * Opens a file for reading at any place. Pipes, devices and folders are refused, and do not block: what is opened may be hostile.
 * @param label what to call the file in messages
 * @throws InterlinearError with the fault's code when it cannot be read
 */
export async function openForReading(path: string, label: string, fault: FileFault): Promise<{ handle: FileHandle; size: number }> {
  let handle: FileHandle;
  try {
    // Opening a pipe waits for its writer otherwise. Windows has no such flag, and no such pipes.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const missing = isMissing(error);
    const hint = missing ? 'Check the path, or copy or download the model again.' : 'Check that you may read this file.';
    throw new InterlinearError(fault.code, `The file ${label} ${missing ? 'is missing' : 'cannot be read'}.`, hint, { cause: error });
  }
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, size: stats.size };
  await handle.close();
  throw new InterlinearError(fault.code, `${label} is not a file.`, fault.hint);
}

/**
 * Reads bytes `position` to `position + length` of a file.
 * @param length at most what the file was found to hold there: nothing larger is ever allocated
 * @throws InterlinearError with the fault's code when the file ends early or the bytes do not fit in memory
 */
export async function readExactly(handle: FileHandle, position: number, length: number, fault: FileFault): Promise<Uint8Array> {
  const bytes = allocate(length, fault);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, largestRead), position + done);
    if (bytesRead === 0)
      throw new InterlinearError(fault.code, `The file ended at byte ${position + done}, ${length - done} bytes early.`, fault.hint);
    done += bytesRead;
  }
  return bytes;
}

function allocate(length: number, fault: FileFault): Uint8Array {
  try {
    return new Uint8Array(length);
  } catch (error) {
    throw new InterlinearError(fault.code, `${length} bytes do not fit in memory at once.`, 'Free memory, or choose a smaller model.', {
      cause: error,
    });
  }
}
