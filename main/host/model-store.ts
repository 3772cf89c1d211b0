import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { CatalogueEntry, InstalledModel, ModelParity } from '../contract/library';
import type { ModelSummary } from '../contract/model';
import { capabilityReport } from '../library/capability-report';
import { type Library, createLibrary } from '../library/create-library';
import type { LibraryEntry, Verification } from '../library/model-library';
import { listModels } from '../models/list-models';
import { openModelPackage } from '../models/model-package';
import { broughtDevices, ladder } from '../runtime/devices';
import { BuiltInParity } from './built-in-parity';
import { importIn } from './import-elsewhere';
import type { StartProcess } from './side-process';
import { checkWritten } from './check-model';

/** Ids of the models in `resources/models`. */
const shipped = new Set(['kin']);

/** The models at hand: those that ship with the app, and the user's library. */
export class ModelStore {
  readonly library: Library;
  readonly #embedded: string;
  readonly #builtInParity: BuiltInParity;

  /** @param resources folder with `models/` and `catalogue.json` @param folder of the library */
  constructor(
    resources: string,
    folder: string,
    { environment = process.env, startProcess }: { readonly environment?: NodeJS.ProcessEnv; readonly startProcess?: StartProcess } = {},
  ) {
    this.#embedded = join(resources, 'models');
    this.#builtInParity = new BuiltInParity(join(folder, 'built-in-parity.json'));
    this.library = createLibrary(
      { folder, resources, reserved: shipped, environment, check: checkWritten },
      startProcess && importIn(() => startProcess('importer'), { folder, resources, reserved: shipped }),
    );
  }

  /** Models that can be run. */
  async summaries(): Promise<ModelSummary[]> {
    const imported = await this.library.models.list();
    return [...(await listModels(this.#embedded)), ...imported.flatMap(({ model }) => model?.summary ?? [])];
  }

  /** Every model, also those that are damaged. */
  async installed(): Promise<InstalledModel[]> {
    const brought = broughtDevices();
    const absent = ladder.filter((device) => !brought.has(device));
    const shippedModel = async (summary: ModelSummary): Promise<InstalledModel> => ({
      summary,
      source: 'Ships with Interlinear',
      importedAt: null,
      builtIn: true,
      parity: await this.#builtInParity.of(summary),
      notes: capabilityReport(summary, absent, null),
      damage: null,
    });
    const embedded = await Promise.all((await listModels(this.#embedded)).map(shippedModel));
    const describe = (entry: LibraryEntry): InstalledModel => {
      if (entry.model === null) return damagedModel(entry.id, entry.damage);
      const { manifest, summary } = entry.model;
      return {
        summary,
        source: describeSource(manifest.source),
        importedAt: manifest.importedAt,
        builtIn: false,
        parity: manifest.parity,
        notes: capabilityReport(summary, absent, manifest),
        damage: null,
      };
    };
    return [...embedded, ...(await this.library.models.list()).map(describe)];
  }

  async catalogue(): Promise<CatalogueEntry[]> {
    const entries = await this.library.catalogue();
    return Promise.all(
      entries.map(async ({ id, name, license, bytes, parameters, description }) => ({
        id,
        name,
        license,
        bytes,
        parameters,
        description,
        installed: await this.library.models.has(id),
      })),
    );
  }

  isShipped(id: string): boolean {
    return shipped.has(id);
  }

  /** Folder of a model. @throws InterlinearError `unknown-model` */
  folder(id: string): string {
    if (this.isShipped(id)) return join(this.#embedded, id);
    const folder = this.library.models.path(id);
    if (existsSync(folder)) return folder;
    throw new InterlinearError(
      'unknown-model',
      `There is no model “${id}”.`,
      'The model library has what is installed: interlinear models.',
    );
  }

  /**
   * Keeps what parity checks found, in place of what was found on that device before.
   * @throws InterlinearError `unknown-model`, `bad-model`, `disk-error`; file system errors for a model of the app
   */
  async recordParity(model: ModelSummary, found: ModelParity): Promise<void> {
    await (this.isShipped(model.id)
      ? this.#builtInParity.record(model, found)
      : this.library.models.recordParity(model.id, model.weightsHash, found));
  }

  /** What parity checks found with a model, device by device. @throws InterlinearError `unknown-model`, `bad-model` */
  async parityOf(id: string): Promise<readonly ModelParity[]> {
    if (!this.isShipped(id)) return (await this.library.models.open(id)).manifest.parity;
    const summary = (await listModels(this.#embedded)).find((model) => model.id === id);
    return summary ? this.#builtInParity.of(summary) : [];
  }

  /** Compares every file with its hash. @throws InterlinearError `unknown-model` */
  async verify(id: string, signal?: AbortSignal): Promise<Verification> {
    if (!this.isShipped(id)) return this.library.models.verify(id, signal);
    const opened = await openModelPackage(this.folder(id));
    const problems: string[] = [];
    for (const name of Object.keys(opened.manifest.sha256)) {
      await opened.file(name).catch((error: unknown) => {
        if (!(error instanceof InterlinearError)) throw error;
        problems.push(error.message);
      });
    }
    return { passed: problems.length === 0, problems };
  }

  /** @throws InterlinearError `bad-request` for a model of the app, `unknown-model`, `disk-error` */
  async remove(id: string): Promise<void> {
    if (this.isShipped(id)) throw new InterlinearError('bad-request', `The model “${id}” ships with the app and stays.`);
    await this.library.models.remove(id);
  }
}

function describeSource({ kind, detail, revision }: { kind: string; detail: string; revision: string | null }): string {
  if (kind === 'hub') return `${detail} at ${revision?.slice(0, 12) ?? 'an unknown revision'}, from the hub`;
  if (kind === 'package') return `Python package ${detail}, version ${revision ?? 'unknown'}`;
  return detail;
}

/** As much of a summary as a damaged model can have: its id. */
function damagedModel(id: string, damage: string): InstalledModel {
  const summary: ModelSummary = {
    id,
    name: id,
    task: 'text',
    weightsHash: '',
    license: 'unknown',
    layers: 0,
    width: 0,
    heads: 0,
    vocabulary: 0,
    parameters: 0,
    cacheBytesPerPosition: 0,
    lanes: [],
    architecture: 'unknown',
    dtype: 'f32',
    maximumPositions: null,
    chat: false,
    bytes: 0,
  };
  return { summary, source: 'unknown', importedAt: null, builtIn: false, parity: [], notes: [], damage };
}
