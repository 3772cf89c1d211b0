import type { Device } from '../contract/devices';
import type { Chat, Dtype, Markers, ModelSummary, PromptCheck } from '../contract/model';
import type { QuickStep } from '../kernels/quick-pass';
import type { InputBits } from './passes';
import type { StepRoom } from './step-room';
import type { StoredLens } from './stored-lens';
import type { Walk, WalkRequest } from '../measures/walk-parts';
import type { ModelReference } from '../models/reference/model-reference';

/** What one forward pass says at one position of one row. */
export interface PassOutput {
  /** Length V, natural-log scale, temperature 1. */
  readonly logits: Float32Array;
  /** Length D: hidden state after the final norm. */
  readonly hidden: Float32Array;
  /** Length (L + 1) x D, row-major: 0 = embeddings, l = after layer l, before the final norm. Gone with the next step, as logits are, where a `StepRoom` was given. */
  readonly residual: Float32Array;
  /** What was asked of the logits, where the device's own threads walked over them. */
  readonly walk?: Walk;
}

/** Keys and values of the prompt, batch 1, shared by all rows of all lanes. Opaque to everyone but the decoder. */
export interface PromptCache {
  readonly length: number;
  /** Gives its memory back; a step over it throws afterwards. */
  dispose(): void;
}

/** Keys and values one row has added after the prompt. Opaque to everyone but the decoder. */
export interface RowCache {
  readonly length: number;
  /** A second row that goes on from here; neither sees what the other appends. */
  fork(): RowCache;
  dispose(): void;
}

/** One row of a batch: the vector its next position consumes. */
export interface RowInput {
  readonly cache: RowCache;
  /** Length D. */
  readonly embedding: Float32Array;
  /** What will be asked of its logits. */
  readonly walk?: WalkRequest;
}

export interface FullRequest {
  /** First position read out; 0 unless told. With a large vocabulary the logits of every position take much memory. */
  readonly from?: number;
}

/** A sequence read with nothing before it, as `forward --dump` writes it. */
export interface FullPass {
  /** T: positions read out. */
  readonly positions: number;
  /** [T, V] */
  readonly logits: Float32Array;
  /** [T, D] */
  readonly hidden: Float32Array;
  /** [L + 1, T, D] */
  readonly residual: Float32Array;
}

/** A sequence of vectors read a few positions at a time, for its attention. It grows, and what was read can be read again. */
export interface AttentionSequence {
  /** Positions read so far. */
  readonly length: number;
  /**
   * Reads positions from `first` on in one pass: the next ones, or some that were read already.
   * @param embeddings [n, D]
   * @param layers whose attention is wanted, 0 = first; may be none
   * @returns for each of them [H, n, first + n]: probabilities, query position × key position
   * @throws RangeError for whatever is no whole position, no layer, or leaves a gap
   */
  read(first: number, embeddings: Float32Array, layers: readonly number[]): Promise<readonly Float32Array[]>;
  /** Gives its memory back. What is being read is read to its end; reading again throws. */
  dispose(): void;
}

/** An instrumented decoder on one device. Runs one pass at a time; callers await before the next. */
export interface Decoder {
  readonly layers: number;
  /** Query heads of a layer. */
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number;
  /** Weights one position is multiplied with: attention, feed-forward and unembedding matrices, not the embedding table that is only looked up. */
  readonly matrixParameters: number;
  /** Heads times head width, which need not be the width. */
  readonly attentionWidth: number;
  /** Bytes that keys and values of one position take. */
  readonly cacheBytesPerPosition: number;
  readonly inputBits: InputBits;
  /** Name and version of what computes its passes, for example `onnxruntime 1.24.3`. */
  readonly engine: string;
  /** Whether what computes its passes reads its lens too, with nothing to be made for it first. */
  readonly readsLens: boolean;
  /** Whether it has quick readings. */
  readonly readsQuickly: boolean;
  /** Row of the input embedding table; length D. Do not write into it. */
  embedding(tokenId: number): Float32Array;
  /** The whole table [V, D], row-major, for nearest-token look-ups. Do not write into it. */
  readonly embeddings: Float32Array;
  /**
   * Logit lens: final norm and unembedding of residual streams, [N, D] to [N, V]. In double precision and without the device, a few rows of the
   * unembedding at a time, so that nothing has to be kept for it: to check what the device gave.
   */
  lens(residuals: Float32Array): Promise<Float32Array>;
  /** The same in one pass on the device: for small models, at every step. */
  lenses(residuals: Float32Array): Promise<Float32Array>;
  /**
   * What the lens says of many residual streams, [N, D], without the logits: the way to read hundreds.
   * @param targets N token ids whose probability and rank are wanted
   * @param count candidates kept
   * @returns N readings, packed: see `encodeReadings`
   * @throws InterlinearError `bad-model` when the logits are not numbers, `bad-trace` for a target that is no token of the model
   */
  readings(residuals: Float32Array, targets: readonly number[], count: number): Promise<Float32Array<ArrayBuffer>>;
  /**
   * The same of all streams of some steps, read over the tokens that matter: see `QuickLens`.
   * @returns readings [steps, streams], packed; null where the decoder does not read so
   * @throws as `readings`
   */
  quickReadings(steps: readonly QuickStep[], count: number): Promise<Float32Array<ArrayBuffer> | null>;
  /** Reads the prompt once; `last` is the pass output at its last position. Whoever asks disposes of the cache. */
  prefill(tokens: readonly number[]): Promise<{ readonly cache: PromptCache; readonly last: PassOutput }>;
  newRow(): RowCache;
  /**
   * Advances every row by one position, in one batch; appends to each row's cache. Outputs in the order of `rows`.
   * @param room where logits and residual streams are written: they are good until it is given again
   */
  step(prompt: PromptCache, rows: readonly RowInput[], room?: StepRoom): Promise<readonly PassOutput[]>;
  /** Reads a sequence of vectors [T, D] with no cache at all: the reference that cached decoding is compared with. */
  full(embeddings: Float32Array, request?: FullRequest): Promise<FullPass>;
  /** Begins a sequence whose attention is wanted; it holds keys and values of its own until it is disposed of. */
  sequence(): AttentionSequence;
  dispose(): Promise<void>;
}

/** Lanes name markers too and may not import the runtime, so the type lives in the contract. */
export type { Markers };

export interface Tokenizer {
  /** Token ids of a prompt as the model reads it, added tokens included. */
  encode(prompt: string): readonly number[];
  /** One token as text, markers visible. */
  text(tokenId: number): string;
  readonly vocabulary: readonly string[];
}

/** A model ready to run. */
export interface LoadedModel {
  /** What its passes must give; null where nothing was kept to compare with. */
  readonly reference: ModelReference | null;
  readonly summary: ModelSummary;
  readonly decoder: Decoder;
  /** What another process needs to read the model's lens; null where its decoder does, or its lens is read as it runs. */
  readonly lens: StoredLens | null;
  readonly tokenizer: Tokenizer;
  readonly markers: Markers;
  readonly dtype: Dtype;
  /** Where its passes are computed. */
  readonly device: Device;
  /** Why not on the device that was asked for, or null. */
  readonly deviceNote: string | null;
  readonly threads: number;
  /** What the model makes of a prompt; with `chat`, of its chat template rendered around it. */
  checkPrompt(prompt: string, chat?: Chat | null): PromptCheck;
  /** Token ids the model reads for a prompt; with `chat`, for its chat template rendered around it. */
  read(prompt: string, chat: Chat | null): readonly number[];
  /** What a branch wrote, as text; `history` as lanes see it. */
  write(history: readonly number[]): string;
  /** What a branch answers, or null where it gave no answer. */
  answer(history: readonly number[]): string | null;
}
