import { join } from 'node:path';
import { convertWeights } from '../models/convert/convert-weights';
import { storeReference } from '../models/reference/store-reference';
import { type CatalogueModel, readCatalogue } from './catalogue';
import { ImportJobs } from './import-jobs';
import type { ImportTools } from './import-model';
import { ModelLibrary } from './model-library';
import { openSource } from './open-source';

/** The user's models, and what makes new ones. */
export interface Library {
  readonly models: ModelLibrary;
  readonly jobs: ImportJobs;
  readonly catalogue: () => Promise<readonly CatalogueModel[]>;
}

/**
 * @param options.folder of the imported models; made at the first import
 * @param options.resources folder with `catalogue.json`
 * @param options.check compares a model that was written: the library itself runs none
 * @param options.reserved ids of models that ship with the app
 */
export function createLibrary(options: {
  readonly folder: string;
  readonly resources: string;
  readonly reserved: ReadonlySet<string>;
  readonly environment: NodeJS.ProcessEnv;
  readonly check?: ImportTools['check'];
}): Library {
  const models = new ModelLibrary(options.folder);
  const catalogue = async (): Promise<readonly CatalogueModel[]> => readCatalogue(join(options.resources, 'catalogue.json'));
  const { reserved, environment, check } = options;
  const jobs = new ImportJobs({
    library: models,
    catalogue,
    open: openSource,
    convert: convertWeights,
    reference: storeReference,
    reserved,
    environment,
    ...(check && { check }),
  });
  return { models, jobs, catalogue };
}
