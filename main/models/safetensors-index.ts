import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { findDuplicateKey } from './duplicate-keys';
import { parseModelJson } from './model-file';
import { openForReading, readExactly } from './random-access';
import { weightsFault } from './safetensors-header';

export const indexName = 'model.safetensors.index.json';

/** A model of a million tensors would need as much. */
const maximumIndexBytes = 64 * 2 ** 20;
const maximumShards = 1000;
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().endsWith('.safetensors')) });

/**
 * The index of a checkpoint in several files: for each tensor, the name of the file said to hold it. The names are not checked yet.
 * @throws InterlinearError `bad-model`
 */
export async function readSafetensorsIndex(path: string): Promise<ReadonlyMap<string, string>> {
  const fail = (message: string): InterlinearError =>
    new InterlinearError('bad-model', `${indexName}: ${message}`, 'The file is damaged: copy or download the model again.');
  const { handle, size } = await openForReading(path, indexName, weightsFault);
  try {
    if (size > maximumIndexBytes) throw fail(`${size} bytes are more than ${maximumIndexBytes}.`);
    const bytes = await readExactly(handle, 0, size, weightsFault);
    const parsed = indexSchema.safeParse(parseModelJson(bytes, indexName));
    if (!parsed.success) throw fail('it holds no table “weight_map” of names of .safetensors files.');
    const repeated = findDuplicateKey(new TextDecoder().decode(bytes));
    if (repeated !== null) throw fail(`it names “${repeated}” twice.`);
    const index = new Map(Object.entries(parsed.data.weight_map));
    const shards = new Set(index.values()).size;
    if (shards > maximumShards) throw fail(`it names ${shards} files, more than ${maximumShards}.`);
    return index;
  } finally {
    await handle.close();
  }
}
