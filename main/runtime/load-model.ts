import { manifestVersion } from '../models/manifest-version';
import type { LoadedModel } from './decoder';
import { loadEmbeddedModel } from './load-embedded-model';
import type { LoadOptions } from './load-options';
import { loadStoredModel } from './load-stored-model';

/**
 * Loads the model of a folder, embedded or imported, and makes it ready to run.
 * @throws InterlinearError `unknown-model`, `bad-model` (damaged, altered, or contradicting itself) or `unsupported`
 */
export async function loadModel(folder: string, options: LoadOptions): Promise<LoadedModel> {
  return (await manifestVersion(folder)) >= 2 ? loadStoredModel(folder, options) : loadEmbeddedModel(folder, options);
}
