import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { Device, ModelSummary, Preset } from '../contract/model';
import { modelsOfRun } from '../contract/lane-models';
import type { RunInfo, RunModelInfo, RunOutcome } from '../contract/run';
import { readPresets } from '../models/presets';
import { openPromptReader, type PromptReader } from '../models/prompt-reader';
import type { LoadedModel } from '../runtime/decoder';
import { loadOpenedModel } from '../runtime/load-model';
import { ModelStore } from './model-store';

/** The models at hand, loaded at first use and kept. */
export class ModelShelf {
  readonly store: ModelStore;
  readonly #resources: string;
  readonly #readers = new Map<string, Promise<PromptReader>>();
  readonly #loaded = new Map<string, Promise<LoadedModel>>();

  /** @param resources folder with `models/` and `presets.json` @param models folder of the user's imported models */
  constructor(resources: string, models: string) {
    this.#resources = resources;
    this.store = new ModelStore(resources, models);
  }

  async list(): Promise<ModelSummary[]> {
    return this.store.summaries();
  }

  /** None where their file is missing or damaged: the window works without them, and recorded runs need no model at all. */
  async presets(): Promise<Preset[]> {
    try {
      return await readPresets(join(this.#resources, 'presets.json'));
    } catch (error) {
      if (error instanceof InterlinearError) return [];
      throw error;
    }
  }

  /** A model as far as prompts need it: its weights stay on disk. @throws InterlinearError `unknown-model`, `bad-model`, `unsupported` */
  async reader(id: string): Promise<PromptReader> {
    return kept(this.#readers, id, async () => openPromptReader(this.store.folder(id)));
  }

  /** @throws InterlinearError `unknown-model`, `bad-model`, `unsupported` */
  async load(id: string, device: Device): Promise<LoadedModel> {
    return kept(this.#loaded, `${id}/${device}`, async () => loadOpenedModel(await this.reader(id), { device }));
  }

  /**
   * The model a run was made with, for what is read of it later.
   * @throws InterlinearError `unknown-model` where it is not in the library any more, `bad-model` where it has other weights, `unsupported`
   */
  async loadFor({ model, device }: Pick<RunModelInfo, 'model' | 'device'>): Promise<LoadedModel> {
    const loaded = await this.load(model.id, device).catch((thrown: unknown) => {
      if (!(thrown instanceof InterlinearError) || thrown.code !== 'unknown-model') throw thrown;
      throw new InterlinearError(
        'unknown-model',
        `The model ${model.name}, which made this run, is not installed.`,
        `This is computed by the model itself. Add ${model.name} to the library again.`,
      );
    });
    if (loaded.summary.weightsHash === model.weightsHash) return loaded;
    throw new InterlinearError(
      'bad-model',
      `The model ${model.name} has other weights than this run was made with.`,
      'Run the prompt again.',
    );
  }

  /** Keeps with each model what the checks of a run found on its device; what fails to be written costs the run nothing. */
  async recordParity(info: RunInfo, { parity }: RunOutcome): Promise<void> {
    for (const { model, device } of modelsOfRun(info)) {
      const own = parity.filter((check) => (check.model ?? info.model.id) === model.id);
      if (own.length === 0) continue;
      const found = {
        device,
        passed: own.every(({ passed }) => passed),
        maximumDifference: Math.max(...own.map(({ maximumDifference }) => maximumDifference)),
        checkedAt: new Date().toISOString(),
      };
      await this.store.recordParity(model, found).catch(() => undefined);
    }
  }

  /** Frees a model on all devices. No run may need it. */
  async unload(id: string): Promise<void> {
    this.#readers.delete(id);
    const keys = [...this.#loaded.keys()].filter((key) => key.startsWith(`${id}/`));
    for (const key of keys) {
      const model = await this.#loaded.get(key)?.catch(() => null);
      this.#loaded.delete(key);
      await model?.decoder.dispose();
    }
  }

  async dispose(): Promise<void> {
    await this.store.library.jobs.dispose();
    this.store.library.models.emptyTrash();
    const models = await Promise.allSettled(this.#loaded.values());
    this.#loaded.clear();
    for (const model of models) if (model.status === 'fulfilled') await model.value.decoder.dispose();
  }
}

/** What is kept under a key, made at first use; what could not be made is tried again the next time. */
async function kept<T>(all: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const making = all.get(key) ?? make();
  all.set(key, making);
  try {
    return await making;
  } catch (error) {
    if (all.get(key) === making) all.delete(key);
    throw error;
  }
}
