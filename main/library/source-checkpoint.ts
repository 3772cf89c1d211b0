import type { Quantization } from '../contract/library';
import type { Dtype } from '../contract/model';
import type { DecoderSpec, WeightName } from '../graph/decoder-spec';
import type { WeightSource } from '../models/architectures/weight-source';
import type { Checkpoint } from '../models/checkpoint';
import type { ReferenceRequest } from '../models/reference/store-reference';

/** A checkpoint as published, opened and understood: all an import needs to know. Close it when done. */
export interface SourceCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly architecture: string;
  readonly spec: DecoderSpec;
  readonly maximumPositions: number | null;
  /** What is less than the model's publisher promises, in sentences for people. */
  readonly notes: readonly string[];
  readonly sources: ReadonlyMap<WeightName, WeightSource>;
  /** Contents of `tokenizer.json`. */
  readonly tokenizer: Uint8Array;
  /** Jinja template for conversations, or null. */
  readonly template: string | null;
  readonly endTokens: readonly number[];
  readonly specialTokens: { readonly begin: string | null; readonly end: string | null };
  readonly license: string | null;
}

/** Opens a `.gguf` file or a folder. @throws InterlinearError `bad-model`, `unsupported` */
export type OpenSource = (path: string) => Promise<SourceCheckpoint>;

export interface ConversionRequest {
  readonly checkpoint: Checkpoint;
  readonly spec: DecoderSpec;
  readonly sources: ReadonlyMap<WeightName, WeightSource>;
  readonly quantize: Quantization;
  /** Path of the `weights.safetensors` to write. */
  readonly target: string;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/** Computes from the checkpoint what the model must give on every device, and writes it. */
export type StoreReference = (request: ReferenceRequest) => Promise<void>;

/** Writes the weights as the graph takes them. */
export type ConvertWeights = (request: ConversionRequest) => Promise<{
  readonly dtype: Dtype;
  readonly bytes: number;
  readonly report: readonly { readonly tensor: string; readonly storage: string; readonly relativeError: number }[];
}>;
