import type { DecoderSpec, WeightName } from '../../graph/decoder-spec';
import type { WeightSource } from '../architectures/weight-source';
import type { Checkpoint } from '../checkpoint';
import { makeReference } from './model-reference';
import { writeReference } from './reference-file';
import { sourceValues } from './source-values';

export interface ReferenceRequest {
  readonly checkpoint: Checkpoint;
  readonly spec: DecoderSpec;
  readonly sources: ReadonlyMap<WeightName, WeightSource>;
  /** What the import wrote, and how. */
  readonly report: readonly { readonly tensor: WeightName; readonly storage: string }[];
  /** The file to write. */
  readonly target: string;
  /** Bytes of the checkpoint that have been read. */
  readonly onProgress: (doneBytes: number) => void;
  readonly signal: AbortSignal;
}

/** Computes from the checkpoint what the model must give on every device, and writes it. @throws the signal's reason when aborted */
export async function storeReference({ checkpoint, spec, sources, report, target, onProgress, signal }: ReferenceRequest): Promise<void> {
  const storages = new Map(report.map(({ tensor, storage }) => [tensor, storage]));
  let done = 0;
  const weights = sourceValues(checkpoint, sources, {
    storageOf: (name) => {
      const storage = storages.get(name);
      if (storage === undefined) throw new Error(`Nothing says how the weight '${name}' was written`);
      return storage;
    },
    onRead: (bytes) => {
      signal.throwIfAborted();
      onProgress((done += bytes));
    },
  });
  await writeReference(target, await makeReference(spec, weights));
}
