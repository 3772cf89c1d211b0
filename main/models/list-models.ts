import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { ModelSummary } from '../contract/model';
import { isMissing } from './model-file';
import { openModelPackage } from './model-package';

/**
 * The models in a folder of models, one folder each, in the order of their names. A folder whose description cannot be read is
 * left out, so that one damaged model does not hide the others; asking for it by name says what is wrong with it.
 */
export async function listModels(folder: string): Promise<ModelSummary[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const summaries: ModelSummary[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue;
    try {
      summaries.push((await openModelPackage(join(folder, entry.name))).summary);
    } catch (error) {
      if (!(error instanceof InterlinearError)) throw error;
    }
  }
  return summaries;
}
