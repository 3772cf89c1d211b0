import type { DecoderSpec } from '../graph/decoder-spec';
import { unembeddingName } from '../graph/decoder-spec';
import { openStoredWeights } from '../models/stored-weights';
import { LensReadings } from './lens-readings';
import { readWeight, WeightMatrix } from './weight-matrix';

/** An imported model as far as its lens needs it; it crosses to another process as it is. */
export interface StoredLens {
  /** File of the weights, whose hash has been found right. */
  readonly path: string;
  /** SHA-256 of that file. */
  readonly hash: string;
  readonly spec: DecoderSpec;
}

/** @throws InterlinearError `bad-model` when the file is not what the specification says */
export async function openStoredLens({ path, spec }: StoredLens, threads: number): Promise<LensReadings> {
  const weights = await openStoredWeights(path, spec);
  return new LensReadings({
    spec,
    weights,
    unembedding: new WeightMatrix(weights, unembeddingName(spec), spec.vocabulary, spec.width),
    finalScale: readWeight(weights, 'final.norm'),
    finalBias: spec.normalization.kind === 'layer' ? readWeight(weights, 'final.norm.bias') : null,
    threads,
  });
}
