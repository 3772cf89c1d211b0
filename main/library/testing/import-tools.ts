import { writeFile } from 'node:fs/promises';
import type { ImportTools } from '../import-model';
import { ModelLibrary } from '../model-library';
import type { ConvertWeights, OpenSource } from '../source-checkpoint';
import { smallSpec } from './write-stored-model';

/** A checkpoint in name only: everything is made up but that the file is closed. */
const openNothing: OpenSource = async () =>
  Promise.resolve({
    checkpoint: { tensors: new Map(), close: async () => Promise.resolve() },
    architecture: 'llama',
    spec: smallSpec,
    maximumPositions: 64,
    notes: ['Reads less than promised.'],
    sources: new Map(),
    tokenizer: Buffer.from('{}'),
    template: '{{ messages }}',
    endTokens: [1],
    specialTokens: { begin: '<s>', end: '</s>' },
    license: 'apache-2.0',
  });

/** Writes a few bytes as weights. */
export const convertNothing: ConvertWeights = async ({ target, onProgress }) => {
  await writeFile(target, 'weights');
  onProgress(7, 7);
  return { dtype: 'int4', bytes: 7, report: [{ tensor: 'embedding', storage: 'int4', relativeError: 0.05 }] };
};

/** Tools of an import into a folder, with nothing real about them unless a test says so. */
export function importTools(folder: string, changes: Partial<ImportTools> = {}): ImportTools {
  return {
    library: new ModelLibrary(folder),
    catalogue: async () => Promise.resolve([]),
    open: openNothing,
    convert: convertNothing,
    reference: async () => Promise.resolve(),
    reserved: new Set(['kin']),
    environment: {},
    pause: 1,
    ...changes,
  };
}
