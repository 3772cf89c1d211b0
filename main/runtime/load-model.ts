import { openPromptReader, type PromptReader } from '../models/prompt-reader';
import type { LoadedModel } from './decoder';
import { loadEmbeddedModel } from './load-embedded-model';
import type { LoadOptions } from './load-options';
import { loadStoredModel } from './load-stored-model';

/**
 * Loads the model of a folder, embedded or imported, and makes it ready to run.
 * @throws InterlinearError `unknown-model`, `bad-model` (damaged, altered, or contradicting itself) or `unsupported`
 */
export async function loadModel(folder: string, options: LoadOptions): Promise<LoadedModel> {
  return loadOpenedModel(await openPromptReader(folder), options);
}

/** The same where its tokenizer has been read already. */
export async function loadOpenedModel(reader: PromptReader, options: LoadOptions): Promise<LoadedModel> {
  return reader.kind === 'stored' ? loadStoredModel(reader, options) : loadEmbeddedModel(reader, options);
}
