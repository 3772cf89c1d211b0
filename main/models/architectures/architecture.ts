import type { DecoderSpec } from '../../graph/decoder-spec';
import type { GgufDescription } from './gguf-description';
import type { NameTable } from './weight-source';

/** What a checkpoint's configuration says. */
export interface Description {
  readonly spec: DecoderSpec;
  /** Positions the model can be run for, or null where it does not say. */
  readonly maximumPositions: number | null;
  /** What is less than the model's publisher promises, in sentences for people. */
  readonly notes: readonly string[];
}

/** A model as a checkpoint describes it: what to build, and where its weights are. */
export interface ModelArchitecture extends Description {
  /** Name of the entry in the table. */
  readonly architecture: string;
  readonly names: NameTable;
}

/** One architecture: how both kinds of checkpoints describe it and what they call its weights. */
export interface ArchitectureEntry {
  /** `model_type` of a `config.json` and `general.architecture` of a GGUF file. */
  readonly name: string;
  /** @throws InterlinearError `bad-model` when it is damaged or contradicts itself, `unsupported` for what cannot be run */
  readonly fromConfig: (config: unknown) => Description;
  readonly configNames: NameTable;
  /** @throws InterlinearError as `fromConfig` */
  readonly fromGguf: (gguf: GgufDescription) => Promise<Description>;
  readonly ggufNames: NameTable;
}
