import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import { modelsOfRun } from '../contract/lane-models';
import type { ModelParity } from '../contract/library';
import { type Device, type DeviceChoice, deviceNames, type DeviceSummary, type ModelSummary, type Preset } from '../contract/model';
import type { ParityCheck, RunInfo, RunModelInfo, RunOutcome } from '../contract/run';
import { readPresets } from '../models/presets';
import { openPromptReader, type PromptReader } from '../models/prompt-reader';
import { checkDevice } from '../runtime/check-device';
import type { LoadedModel } from '../runtime/decoder';
import { candidates, type DeviceProbe, StartingDevices } from '../runtime/devices';
import { loadOpenedModel } from '../runtime/load-model';
import { describeDevices } from './describe-devices';
import { ModelStore } from './model-store';

const notTried: DeviceProbe = async () => Promise.resolve('this program tries no devices.');

/** The models at hand, loaded at first use and kept. */
export class ModelShelf {
  readonly store: ModelStore;
  readonly #resources: string;
  readonly #starting: StartingDevices;
  readonly #readers = new Map<string, Promise<PromptReader>>();
  readonly #loaded = new Map<string, Promise<LoadedModel>>();

  /**
   * @param resources folder with `models/` and `presets.json`
   * @param models folder of the user's imported models
   * @param probe tries devices other than the CPU; without it none of them is used
   */
  constructor(resources: string, models: string, probe: DeviceProbe = notTried) {
    this.#starting = new StartingDevices(probe);
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

  /** What every device is to a model. @throws InterlinearError `unknown-model`, `bad-model` */
  async devices(id: string): Promise<DeviceSummary[]> {
    return describeDevices(this.#starting, await this.store.parityOf(id));
  }

  /**
   * A model on the device asked for, or on the next one that starts: the model then says why.
   * @throws InterlinearError `unknown-model`, `bad-model`, `unsupported`
   */
  async load(id: string, wanted: DeviceChoice): Promise<LoadedModel> {
    const parity = wanted === 'cpu' ? [] : await this.store.parityOf(id);
    const passed = new Set(parity.filter((found) => found.passed).map(({ device }) => device));
    const problems: string[] = [];
    for (const device of candidates(wanted, passed)) {
      const problem = await this.#starting.problem(device);
      if (problem !== null) problems.push(problem);
      else {
        const model = await this.#loadOn(id, device).catch((error: unknown) => {
          // A device that starts may still have no room for this model.
          if (device === 'cpu' || !(error instanceof InterlinearError) || error.code !== 'unsupported') throw error;
          problems.push(error.message);
        });
        if (model) return problems.length === 0 ? model : { ...model, deviceNote: `Runs on ${deviceNames[device]}. ${problems.join(' ')}` };
      }
    }
    throw new Error('The CPU is always a candidate');
  }

  async #loadOn(id: string, device: Device): Promise<LoadedModel> {
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

  /** Compares a model on a device with its reference, and keeps the result. @throws InterlinearError also `unsupported` when the device does not start */
  async check(id: string, device: Device): Promise<ModelParity> {
    const problem = await this.#starting.problem(device);
    if (problem !== null) throw new InterlinearError('unsupported', problem, 'Choose another device.');
    const model = await this.#loadOn(id, device);
    const found = parityOn(device, await checkDevice(model));
    await this.store.recordParity(model.summary, found);
    return found;
  }

  /** Keeps with each model what the checks of a run found on its device; what fails to be written costs the run nothing. */
  async recordParity(info: RunInfo, { parity }: RunOutcome): Promise<void> {
    for (const { model, device } of modelsOfRun(info)) {
      const own = parity.filter((check) => (check.model ?? info.model.id) === model.id);
      if (own.length > 0) await this.store.recordParity(model, parityOn(device, own)).catch(() => undefined);
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

/** Checks made on a device, as they are kept with a model. */
function parityOn(device: Device, checks: readonly ParityCheck[]): ModelParity {
  return {
    device,
    passed: checks.every(({ passed }) => passed),
    maximumDifference: Math.max(...checks.map(({ maximumDifference }) => maximumDifference)),
    checkedAt: new Date().toISOString(),
  };
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
