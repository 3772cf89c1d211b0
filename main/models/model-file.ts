import { readFile } from 'node:fs/promises';
import { InterlinearError } from '../contract/errors';

/** The error of the file system that says a file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * The bytes of one file of a model.
 * @param label what to call the file in messages, for example `config.json`
 * @throws InterlinearError `bad-model` when it cannot be read
 */
export async function readModelFile(path: string, label: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = isMissing(error) ? 'is missing' : 'cannot be read';
    throw new InterlinearError('bad-model', `The file ${label} ${reason}.`, 'The model is incomplete: copy or download it again.', {
      cause: error,
    });
  }
}

/** @throws InterlinearError `bad-model` when the bytes are not JSON text */
export function parseModelJson(bytes: Uint8Array, label: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new InterlinearError('bad-model', `The file ${label} is not JSON text.`, 'The file is damaged: copy or download it again.', {
      cause: error,
    });
  }
}
