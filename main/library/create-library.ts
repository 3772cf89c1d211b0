import { join } from 'node:path';
import { convertWeights } from '../models/convert/convert-weights';
import { storeReference } from '../models/reference/store-reference';
import { type CatalogueModel, readCatalogue } from './catalogue';
import { ImportJobs } from './import-jobs';
import { importModel, type ImportTools, type RunImport } from './import-model';
import { ModelLibrary } from './model-library';
import { openSource } from './open-source';

/** The user's models, and what makes new ones. */
export interface Library {
  readonly models: ModelLibrary;
  readonly jobs: ImportJobs;
  readonly catalogue: () => Promise<readonly CatalogueModel[]>;
}

export interface LibraryOptions extends Pick<ImportTools, 'reserved' | 'environment' | 'check'> {
  /** Of the imported models; made at the first import. */
  readonly folder: string;
  /** Folder with `catalogue.json`. */
  readonly resources: string;
}

/** What an import works with. */
export function libraryTools({ folder, resources, ...options }: LibraryOptions): ImportTools {
  return {
    ...options,
    library: new ModelLibrary(folder),
    catalogue: async () => readCatalogue(join(resources, 'catalogue.json')),
    open: openSource,
    convert: convertWeights,
    reference: storeReference,
  };
}

/** @param run imports elsewhere; without it imports share this thread */
export function createLibrary(options: LibraryOptions, run?: RunImport): Library {
  const tools = libraryTools(options);
  const jobs = new ImportJobs(run ?? (async (request, watch) => importModel(request, tools, watch)));
  return { models: tools.library, jobs, catalogue: tools.catalogue };
}
