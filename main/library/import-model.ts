import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { ModelParity, Quantization } from '../contract/library';
import { type StoredManifest, type StoredSpec, storedFiles } from '../models/stored-package';
import { diskError } from '../traces/disk-error';
import type { CatalogueModel } from './catalogue';
import { hashFile } from '../models/file-hash';
import { type FetchOptions, type Fetched, type ImportSource, fetchFirst, planImport } from './import-source';
import { displayName, modelIdFrom } from './model-id';
import type { ModelLibrary } from './model-library';
import type { ProgressMeter } from './progress-meter';
import type { ConvertWeights, OpenSource, SourceCheckpoint, StoreReference } from './source-checkpoint';

export interface ImportRequest {
  readonly source: ImportSource;
  readonly quantize: Quantization;
  /** What to call the model; by default what its source calls it. */
  readonly name?: string;
}

export interface ImportTools extends Pick<FetchOptions, 'environment' | 'silence' | 'pause' | 'pythons'> {
  readonly library: ModelLibrary;
  readonly catalogue: () => Promise<readonly CatalogueModel[]>;
  readonly open: OpenSource;
  readonly convert: ConvertWeights;
  readonly reference: StoreReference;
  /** Compares a model that was written, on the CPU; null where it was not compared. Without it no model is. @param folder of the model */
  readonly check?: (folder: string) => Promise<ModelParity | null>;
  /** Ids of models that ship with the app. */
  readonly reserved: ReadonlySet<string>;
}

export interface Watch {
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
}

/** Runs an import, here or elsewhere: see `importModel`. */
export type RunImport = (request: ImportRequest, watch: Watch) => Promise<string>;

const sourceFolder = 'source';

/** Models of the catalogue keep their id; another kind of weights of the same model stands beside it. */
function idOf({ source, quantize, name }: ImportRequest, planned: string): string {
  if (name !== undefined) return modelIdFrom(name);
  const id = source.kind === 'catalogue' ? source.id : modelIdFrom(planned);
  return quantize === 'auto' ? id : modelIdFrom(`${id.slice(0, 59)}-${quantize}`);
}

/**
 * Fetches a model, converts its weights and puts it into the library, whole or not at all.
 * @returns its id
 * @throws InterlinearError for everything the user can act on; the signal's reason when aborted
 */
export async function importModel(request: ImportRequest, tools: ImportTools, watch: Watch): Promise<string> {
  const { library, catalogue, reserved } = tools;
  watch.meter.begin('Looking');
  const listed = await catalogue();
  const plan = await planImport(request.source, listed);
  const id = idOf(request, plan.name);
  if (reserved.has(id)) throw new InterlinearError('bad-request', `The model “${id}” ships with the app.`, 'Give this one another name.');
  const partial = await library.begin(id);
  try {
    const folder = join(partial.path, sourceFolder);
    await mkdir(folder);
    const fetched = await fetchFirst(plan, { ...tools, ...watch, folder });
    await write(partial.path, fetched, { request, id, name: displayName(request.name ?? plan.name) }, tools, watch);
    await rm(folder, { recursive: true });
    watch.signal.throwIfAborted();
    await library.finish(partial, id);
    return id;
  } catch (error) {
    await partial.discard();
    watch.signal.throwIfAborted();
    throw diskError(error, 'store the model');
  }
}

interface Identity {
  readonly request: ImportRequest;
  readonly id: string;
  readonly name: string;
}

/** Writes everything but the source's own files. */
async function write(folder: string, fetched: Fetched, identity: Identity, tools: ImportTools, { meter, signal }: Watch): Promise<void> {
  meter.begin('Reading what the model is');
  const source = await tools.open(fetched.path);
  try {
    const { architecture, maximumPositions, spec } = source;
    const stored: StoredSpec = { architecture, maximumPositions, spec };
    await writeFile(join(folder, storedFiles.spec), JSON.stringify(stored, null, 2));
    await writeFile(join(folder, storedFiles.tokenizer), source.tokenizer);
    if (source.template !== null) await writeFile(join(folder, storedFiles.template), source.template);
    signal.throwIfAborted();
    meter.begin('Converting the weights');
    const conversion = await tools.convert({
      ...source,
      quantize: identity.request.quantize,
      target: join(folder, storedFiles.weights),
      onProgress: (done, total) => {
        meter.update(done, total);
      },
      signal,
    });
    meter.begin('Computing what to check it against');
    await tools.reference({
      ...source,
      report: conversion.report,
      target: join(folder, storedFiles.reference),
      onProgress: (done) => {
        meter.update(done);
      },
      signal,
    });
    meter.begin('Checking what was written');
    const files = await hashFiles(folder, signal);
    const manifest = describe(source, fetched, identity, conversion, files);
    const writeManifest = async (parity: StoredManifest['parity']): Promise<void> =>
      writeFile(join(folder, storedFiles.manifest), JSON.stringify({ ...manifest, parity }, null, 2));
    await writeManifest([]);
    if (!tools.check) return;
    meter.begin('Comparing what it computes');
    const parity = await tools.check(folder);
    if (parity) await writeManifest([{ ...parity, weightsHash: files[storedFiles.weights]?.sha256 ?? null }]);
  } finally {
    await source.checkpoint.close();
  }
}

async function hashFiles(folder: string, signal: AbortSignal): Promise<StoredManifest['files']> {
  const files: StoredManifest['files'] = {};
  for (const name of await readdir(folder)) {
    if (name !== sourceFolder) files[name] = await hashFile(join(folder, name), { signal });
  }
  return files;
}

function describe(
  source: SourceCheckpoint,
  fetched: Fetched,
  { request, id, name }: Identity,
  { dtype, report }: Awaited<ReturnType<ConvertWeights>>,
  files: StoredManifest['files'],
): StoredManifest {
  return {
    schema: 2,
    id,
    name,
    task: 'text',
    license: displayName(fetched.license ?? source.license ?? 'unknown'),
    architecture: source.architecture,
    dtype,
    source: fetched.source,
    importedAt: new Date().toISOString(),
    files,
    endTokens: [...source.endTokens],
    specialTokens: { ...source.specialTokens },
    notes: [...source.notes],
    parity: [],
    quantization: { requested: request.quantize, report: [...report] },
  };
}
