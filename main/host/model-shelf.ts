import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { Device, ModelSummary, Preset } from '../contract/model';
import { listModels } from '../models/list-models';
import { readPresets } from '../models/presets';
import type { LoadedModel } from '../runtime/decoder';
import { loadModel } from '../runtime/load-model';

/** The models at hand, loaded at first use and kept. */
export class ModelShelf {
  readonly #resources: string;
  readonly #loaded = new Map<string, Promise<LoadedModel>>();

  constructor(resources: string) {
    this.#resources = resources;
  }

  async list(): Promise<ModelSummary[]> {
    return listModels(join(this.#resources, 'models'));
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

  /** @throws InterlinearError `unknown-model`, `bad-model`, `unsupported` */
  async load(id: string, device: Device): Promise<LoadedModel> {
    if (!/^[\w-]+$/u.test(id))
      throw new InterlinearError('unknown-model', `There is no model “${id}”.`, 'interlinear models lists what is installed.');
    const key = `${id}/${device}`;
    const loading = this.#loaded.get(key) ?? loadModel(join(this.#resources, 'models', id), { device });
    this.#loaded.set(key, loading);
    try {
      return await loading;
    } catch (error) {
      this.#loaded.delete(key);
      throw error;
    }
  }

  async dispose(): Promise<void> {
    const models = await Promise.allSettled(this.#loaded.values());
    this.#loaded.clear();
    for (const model of models) if (model.status === 'fulfilled') await model.value.decoder.dispose();
  }
}
