import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { Device, ModelSummary, Preset } from '../contract/model';
import { readPresets } from '../models/presets';
import type { RunInfo, RunOutcome } from '../contract/run';
import type { LoadedModel } from '../runtime/decoder';
import { loadModel } from '../runtime/load-model';
import { ModelStore } from './model-store';

/** The models at hand, loaded at first use and kept. */
export class ModelShelf {
  readonly store: ModelStore;
  readonly #resources: string;
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

  /** @throws InterlinearError `unknown-model`, `bad-model`, `unsupported` */
  async load(id: string, device: Device): Promise<LoadedModel> {
    const key = `${id}/${device}`;
    const loading = this.#loaded.get(key) ?? loadModel(this.store.folder(id), { device });
    this.#loaded.set(key, loading);
    try {
      return await loading;
    } catch (error) {
      this.#loaded.delete(key);
      throw error;
    }
  }

  /** Keeps with an imported model what the checks of a run found on its device; what fails to be written costs the run nothing. */
  async recordParity({ model, device }: RunInfo, { parity }: RunOutcome): Promise<void> {
    if (parity.length === 0 || this.store.isShipped(model.id)) return;
    const found = {
      device,
      passed: parity.every(({ passed }) => passed),
      maximumDifference: Math.max(...parity.map(({ maximumDifference }) => maximumDifference)),
      checkedAt: new Date().toISOString(),
    };
    await this.store.library.models.recordParity(model.id, found).catch(() => undefined);
  }

  /** Frees a model on all devices. No run may need it. */
  async unload(id: string): Promise<void> {
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
