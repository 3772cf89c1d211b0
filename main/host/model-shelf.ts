import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import { modelsOfRun } from '../contract/lane-models';
import type { ModelParity, ModelVerification } from '../contract/library';
import { type Device, type DeviceChoice, deviceNames } from '../contract/devices';
import type { DeviceSummary, ModelSummary, Preset } from '../contract/model';
import type { ParityCheck, RunInfo, RunModelInfo, RunOutcome } from '../contract/run';
import { readPresets } from '../models/presets';
import { openPromptReader, type PromptReader } from '../models/prompt-reader';
import type { LoadedModel } from '../runtime/decoder';
import { candidates, type DeviceProbe, StartingDevices } from '../runtime/devices';
import { loadOpenedModel } from '../runtime/load-model';
import type { LoadStage } from '../runtime/load-options';
import { checkModel, keptCheck, parityOn, type WithLoaded, withModel } from './check-model';
import { type CheckWatch, throwIfStopped, unwatched } from './check-watch';
import type { LoadListener } from './connection';
import { describeDevices } from './describe-devices';
import type { InTurn } from './in-turn';
import type { StartProcess } from './side-process';
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
   * @param options.probe tries devices other than the CPU; without it none of them is used
   * @param options.startProcess starts the process in which a model is imported; without it this thread does it
   */
  constructor(
    resources: string,
    models: string,
    { probe = notTried, startProcess }: { readonly probe?: DeviceProbe; readonly startProcess?: StartProcess } = {},
  ) {
    this.#starting = new StartingDevices(probe);
    this.#resources = resources;
    this.store = new ModelStore(resources, models, { ...(startProcess && { startProcess }) });
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
   * @param onLoad told how far it is, where it was not in memory
   * @throws InterlinearError `unknown-model`, `bad-model`, `unsupported`
   */
  async load(id: string, wanted: DeviceChoice, onLoad?: LoadListener): Promise<LoadedModel> {
    const parity = wanted === 'cpu' ? [] : await this.store.parityOf(id);
    const problems: string[] = [];
    for (const device of candidates(wanted, parity)) {
      const problem = await this.#starting.problem(device);
      if (problem !== null) problems.push(problem);
      else {
        const model = await this.#loadOn(id, device, onLoad).catch((error: unknown) => {
          // A device that starts may still have no room for this model.
          if (device === 'cpu' || !(error instanceof InterlinearError) || error.code !== 'unsupported') throw error;
          problems.push(error.message);
        });
        if (model) return problems.length === 0 ? model : { ...model, deviceNote: `Runs on ${deviceNames[device]}. ${problems.join(' ')}` };
      }
    }
    throw new Error('The CPU is always a candidate');
  }

  async #loadOn(id: string, device: Device, onLoad?: LoadListener): Promise<LoadedModel> {
    const onStage =
      onLoad &&
      ((stage: LoadStage): void => {
        onLoad({ model: id, device, ...stage });
      });
    return kept(this.#loaded, `${id}/${device}`, async () =>
      loadOpenedModel(await this.reader(id), { device, ...(onStage && { onStage }) }),
    );
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

  /**
   * Compares a model on a device with its reference, and keeps the result.
   * @throws InterlinearError `cancelled` when it is given up: what was found before stays; also `unsupported` when the device does not start
   */
  async check(id: string, device: Device, watch: CheckWatch = unwatched): Promise<ModelParity> {
    const problem = await this.#starting.problem(device);
    if (problem !== null) throw new InterlinearError('unsupported', problem, 'Choose another device.');
    const reader = await this.reader(id);
    // The CPU's copy is for comparing speeds alone, unless it is there already or is the one to be checked.
    const withLoaded: WithLoaded = async (on, work) =>
      on === device || this.#loaded.has(`${id}/${on}`) ? work(await this.#loadOn(id, on)) : withModel(reader, { device: on }, work);
    const found = await checkModel(reader, device, withLoaded, watch);
    await this.store.recordParity(reader.summary, found);
    return found;
  }

  /**
   * Compares every file with its hash, then what the model computes on the CPU with its reference.
   * @param inTurn runs work when no run does
   * @throws InterlinearError `unknown-model`, `cancelled`
   */
  async verify(id: string, watch: CheckWatch = unwatched, inTurn: InTurn = async (work) => work()): Promise<ModelVerification> {
    watch.onDoing({ what: 'Comparing every file with its hash', pass: null, passes: null });
    const files = await this.store.verify(id, watch.signal).catch((error: unknown) => {
      throwIfStopped(watch);
      throw error;
    });
    throwIfStopped(watch);
    if (!files.passed) return { ...files, parity: null };
    try {
      const parity = await inTurn(async () => this.check(id, 'cpu', watch), watch);
      return { passed: parity.passed, problems: parity.passed ? [] : [parityProblem(parity)], parity };
    } catch (error) {
      if (!(error instanceof InterlinearError) || (error.code !== 'bad-model' && error.code !== 'unsupported')) throw error;
      return { passed: false, problems: [error.message], parity: null };
    }
  }

  /**
   * Keeps with each model what the checks of a run found on its device; what fails to be written costs the run nothing.
   * @returns the checks, and what the last exact check of each model found
   */
  async recordParity(info: RunInfo, { parity }: RunOutcome): Promise<ParityCheck[]> {
    const models = modelsOfRun(info);
    const checks = [...parity];
    for (const { model, device } of models) {
      const own = parity.filter((check) => (check.model ?? info.model.id) === model.id);
      if (own.length === 0) continue;
      const kept = (await this.store.parityOf(model.id).catch(() => [])).find((found) => found.device === device);
      await this.store.recordParity(model, parityOn(device, own, kept)).catch(() => undefined);
      if (kept) checks.push(...keptCheck(kept).map((check) => ({ ...(models.length > 1 && { model: model.id }), ...check })));
    }
    return checks;
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

function parityProblem({ exact, maximumDifference }: ModelParity): string {
  const apart = exact && !exact.passed ? `${exact.compared}, where ${exact.tolerance} is allowed` : maximumDifference.toExponential(1);
  return `The model does not compute what its reference says: ${apart}.`;
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
