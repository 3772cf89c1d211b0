import { type EmbeddedReader, openEmbeddedReader } from './embedded-reader';
import { manifestVersion } from './manifest-version';
import { openStoredReader, type StoredReader } from './stored-reader';

export type PromptReader = StoredReader | EmbeddedReader;

/**
 * Opens the model of a folder, embedded or imported, as far as prompts need it.
 * @throws InterlinearError `unknown-model`, `bad-model` (damaged, altered, or contradicting itself) or `unsupported`
 */
export async function openPromptReader(folder: string): Promise<PromptReader> {
  return (await manifestVersion(folder)) >= 2 ? openStoredReader(folder) : openEmbeddedReader(folder);
}
