import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type ModelParity, modelParitySchema } from '../contract/library';
import type { ModelSummary } from '../contract/model';
import { replaceFile } from '../library/replace-file';

const recordsSchema = z.record(z.string(), z.object({ weightsHash: z.string(), parity: z.array(modelParitySchema) }));

/** Parity results of the models that ship with the app: their own folders may not be written to, so they are kept beside the user's models. */
export class BuiltInParity {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was found with these weights; an update of the app may have brought others. A file that cannot be read holds nothing. */
  async of({ id, weightsHash }: ModelSummary): Promise<ModelParity[]> {
    const known = (await this.#read())[id];
    return known?.weightsHash === weightsHash ? known.parity : [];
  }

  /** Keeps a result in place of what was found on that device before. @throws file system errors */
  async record(model: ModelSummary, found: ModelParity): Promise<void> {
    const { id, weightsHash } = model;
    const others = (await this.of(model)).filter(({ device }) => device !== found.device);
    await mkdir(dirname(this.#path), { recursive: true });
    const records = { ...(await this.#read()), [id]: { weightsHash, parity: [...others, found] } };
    await replaceFile(this.#path, JSON.stringify(records, null, 2));
  }

  async #read(): Promise<z.infer<typeof recordsSchema>> {
    const text = await readFile(this.#path, 'utf8').catch(() => '{}');
    try {
      return recordsSchema.parse(JSON.parse(text));
    } catch {
      return {};
    }
  }
}
