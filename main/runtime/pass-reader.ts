import type { FrameLayout } from '../contract/frame';
import type { Candidates } from '../contract/steps';
import { type LensReading, readLens, type UnreadLens } from '../measures/lens-reading';
import { norm } from '../measures/vectors';
import { walkOver } from '../measures/vocabulary-walk';
import type { Drawing, Walk, WalkRequest } from '../measures/walk-parts';
import type { Decoder, PassOutput } from './decoder';
import type { LensCheck } from './lens-check';

/** One pass at one position with its readings. Every branch that stands there shares it. */
export interface PassReading {
  readonly output: PassOutput;
  /** Wall time of the forward pass, shared by all rows of its batch. */
  readonly milliseconds: number;
  /**
   * Length L + 1: embeddings, then after each layer; the last is `last()`.
   * @throws InterlinearError where the model gave no numbers; whoever asks fails alone.
   */
  lenses(): readonly (LensReading | UnreadLens)[];
  /** Read from the pass's own logits, so its distribution is the model's. @throws as `lenses` */
  last(): LensReading;
  /** Top candidates of the last layer at temperature 1. @throws as `lenses` */
  candidates(): Candidates;
  /** What a walk over the pass's logits found: as many of the highest as are kept, and what its row draws with. */
  walk(): Walk;
}

/** A pass to be read, with the token it consumed (null for a vector). */
export interface UnreadPass {
  readonly output: PassOutput;
  readonly tokenId: number | null;
  /** What a walk over its logits is to find, where the device has not walked over them. */
  readonly walk: WalkRequest;
}

/**
 * Multiplications a pass may spend on lenses. A lens of every layer costs layers × vocabulary × width: little for a model of a few hundred
 * words, several times the pass itself for one of fifty thousand. There the layers below the last are left for later.
 */
const mostLensWork = 4_000_000;
/** Passes of a run whose last layer is read once more, to compare it with the pass's own logits. */
const checkedPasses = 64;
/** The same for a model whose vocabulary's product is a good part of a pass. */
const checkedPassesOfLarge = 2;

/** Reads the lens at every layer of many passes with one call to the device, or only the last layer's where that would cost too much. */
export class PassReader {
  readonly #decoder: Decoder;
  readonly #layout: FrameLayout;
  readonly #check: LensCheck;
  /** The embedding stream of a token is always the same, so it is read once a run. */
  readonly #embeddingLenses = new Map<number, () => LensReading>();

  constructor(decoder: Decoder, layout: FrameLayout, check: LensCheck) {
    this.#decoder = decoder;
    this.#layout = layout;
    this.#check = check;
  }

  /** What a walk over a pass's logits is to find. */
  wanted(drawing: Drawing | null): WalkRequest {
    const { lens, candidates } = this.#layout;
    // Of those not to be drawn none is among the candidates of a draw.
    const kept = Math.max(lens, candidates) + (drawing?.excluded.length ?? 0);
    return { kept: Math.min(kept, this.#decoder.vocabulary), drawing };
  }

  /** Readings in the order of `passes`. */
  async read(passes: readonly UnreadPass[], milliseconds: number): Promise<PassReading[]> {
    const { layers, vocabulary } = this.#decoder;
    const residuals: Float32Array[] = [];
    const uses: ((logits: Float32Array) => void)[] = [];
    const ask = (residual: Float32Array, use: (logits: Float32Array) => void): void => {
      residuals.push(residual);
      uses.push(use);
    };

    const everyLayer = layers * vocabulary * this.#decoder.width <= mostLensWork;
    const readings = passes.map(({ output, tokenId, walk: request }) => {
      const streams: (() => LensReading | UnreadLens)[] = [];
      for (let stream = 0; stream < layers; stream++) {
        const known = stream === 0 && tokenId !== null ? this.#embeddingLenses.get(tokenId) : undefined;
        if (known) {
          streams[stream] = known;
          continue;
        }
        // A token's embedding is read once a run, so it outlives its pass.
        const residual = stream === 0 ? this.#stream(output, stream).slice() : this.#stream(output, stream);
        if (!everyLayer) {
          streams[stream] = once(() => ({ norm: norm(residual), distribution: null }));
          continue;
        }
        ask(residual, (logits) => {
          const lens = once(() => readLens(residual, logits, this.#layout.lens));
          streams[stream] = lens;
          if (stream === 0 && tokenId !== null) this.#embeddingLenses.set(tokenId, lens);
        });
      }
      const last = this.#stream(output, layers);
      const kept = Math.max(this.#layout.lens, this.#layout.candidates);
      const walk = once(() => output.walk ?? walkOver(output.logits, request));
      const lastLens = once(() => readLens(last, output.logits, kept, walk()));
      const lastOfLayers = once(() => ({ ...lastLens(), top: first(lastLens().top, this.#layout.lens) }));
      streams[layers] = lastOfLayers;
      if (this.#check.wantsMore(everyLayer ? checkedPasses : checkedPassesOfLarge)) {
        if (everyLayer) ask(last, (logits) => this.#check.observe(logits, output.logits));
        // Nobody else needs a lens of a large vocabulary on the device, and its weights would be packed once more for it.
        else this.#check.keep({ last: last.slice(), logits: output.logits.slice() });
      }
      const lenses = once(() => streams.map((lens) => lens()));
      const candidates = once(() => first(lastLens().top, this.#layout.candidates));
      return { output, milliseconds, lenses, last: lastOfLayers, candidates, walk };
    });

    const logits = await this.#decoder.lenses(concatenate(residuals, this.#decoder.width));
    uses.forEach((use, row) => use(logits.subarray(row * vocabulary, (row + 1) * vocabulary)));
    return readings;
  }

  #stream(output: PassOutput, stream: number): Float32Array {
    const { width } = this.#decoder;
    return output.residual.subarray(stream * width, (stream + 1) * width);
  }
}

function first({ ids, probabilities }: Candidates, count: number): Candidates {
  return { ids: ids.slice(0, count), probabilities: probabilities.slice(0, count) };
}

function concatenate(vectors: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(vectors.length * width);
  vectors.forEach((vector, row) => all.set(vector, row * width));
  return all;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
