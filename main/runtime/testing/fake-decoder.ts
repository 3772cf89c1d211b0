import type { AttentionSequence, Decoder, FullPass, FullRequest, PassOutput, PromptCache, RowCache, RowInput } from '../decoder';
import { encodeReadings } from '../../contract/frame';
import { layerReading, readLens } from '../../measures/lens-reading';
import type { StepRoom } from '../step-room';
import { dot } from '../../measures/vectors';

/**
 * Weights of a decoder made by hand. A vector has two halves of V coordinates: what stands at this position, and what
 * comes next. The first layer looks the present token up in `next`, the second adds `context` for every position read so far (its
 * keys and values are the sum of their first halves). Everything is linear but the norm, so it can be followed with a pencil.
 */
export interface FakeWeights {
  readonly vocabulary: number;
  /** next[a][b]: how much token b is wanted after token a. */
  readonly next: readonly Float32Array[];
  /** context[a][b]: how much token b is wanted once token a has been read. */
  readonly context: readonly Float32Array[];
  /** Logit per unit of the normed second half. */
  readonly gain: number;
}

const layers = 2;

class FakeCache implements RowCache, PromptCache {
  disposed = false;
  constructor(
    private readonly decoder: FakeDecoder,
    public length: number,
    readonly sum: Float32Array,
  ) {
    decoder.liveCaches++;
  }

  fork(): FakeCache {
    if (this.disposed) throw new Error('Forked after dispose');
    return new FakeCache(this.decoder, this.length, this.sum.slice());
  }

  dispose(): void {
    if (this.disposed) throw new Error('Disposed twice');
    this.disposed = true;
    this.decoder.liveCaches--;
  }
}

/** A `Decoder` in a hundred lines: causal, cached, deterministic, with a lens that is exactly its output head. Counts what it is asked for. */
export class FakeDecoder implements Decoder {
  readonly inputBits = 32;
  readonly readsLens = false;
  readonly readsQuickly = false;
  readonly engine = 'fake 1';
  readonly layers = layers;
  readonly heads = 1;
  readonly width: number;
  readonly vocabulary: number;
  readonly matrixParameters: number;
  readonly attentionWidth: number;
  readonly cacheBytesPerPosition: number;
  readonly embeddings: Float32Array;
  /** Rows of each `step`, in order. */
  readonly batches: number[] = [];
  /** Passes of sequences, in order. */
  readonly sequencePasses: { readonly first: number; readonly embeddings: Float32Array; readonly layers: readonly number[] }[] = [];
  /** Caches of prompts and rows, and sequences, made and not disposed of. */
  liveCaches = 0;
  /** Called before each step; throw to make the pass fail. */
  beforeStep: () => void = () => {};
  /** Called with each pass's output, which it may spoil. */
  afterPass: (output: PassOutput) => void = () => {};

  constructor(private readonly weights: FakeWeights) {
    const { vocabulary } = weights;
    this.vocabulary = vocabulary;
    this.width = 2 * vocabulary;
    this.matrixParameters = 3 * vocabulary * vocabulary;
    this.attentionWidth = this.width;
    this.cacheBytesPerPosition = 4 * vocabulary;
    this.embeddings = new Float32Array(vocabulary * this.width);
    for (let token = 0; token < vocabulary; token++) this.embeddings[token * this.width + token] = 1;
  }

  embedding(tokenId: number): Float32Array {
    return this.embeddings.subarray(tokenId * this.width, (tokenId + 1) * this.width);
  }

  async lens(residuals: Float32Array): Promise<Float32Array> {
    return this.lenses(residuals);
  }

  lenses(residuals: Float32Array): Promise<Float32Array> {
    const logits = new Float32Array((residuals.length / this.width) * this.vocabulary);
    for (let row = 0; row * this.width < residuals.length; row++) {
      logits.set(this.#lens(residuals.subarray(row * this.width, (row + 1) * this.width)), row * this.vocabulary);
    }
    return Promise.resolve(logits);
  }

  async readings(residuals: Float32Array, targets: readonly number[], count: number): Promise<Float32Array<ArrayBuffer>> {
    const logits = await this.lenses(residuals);
    const readings = targets.map((target, row) => {
      const [stream, own] = [residuals.subarray(row * this.width), logits.subarray(row * this.vocabulary)];
      const lens = readLens(stream.subarray(0, this.width), own.subarray(0, this.vocabulary), count);
      return layerReading(lens, target);
    });
    return encodeReadings(readings, count);
  }

  quickReadings(): Promise<null> {
    return Promise.resolve(null);
  }

  prefill(tokens: readonly number[]): Promise<{ readonly cache: PromptCache; readonly last: PassOutput }> {
    const cache = new FakeCache(this, 0, new Float32Array(this.vocabulary));
    const outputs = tokens.map((token) => this.#position(cache, this.embedding(token)));
    const last = outputs.at(-1);
    if (last) return Promise.resolve({ cache, last });
    cache.dispose();
    return Promise.reject(new Error('A prompt has at least one token'));
  }

  newRow(): RowCache {
    return new FakeCache(this, 0, new Float32Array(this.vocabulary));
  }

  step(prompt: PromptCache, rows: readonly RowInput[], room?: StepRoom): Promise<readonly PassOutput[]> {
    this.batches.push(rows.length);
    const lent = room?.of(rows.length);
    try {
      this.beforeStep();
      const logits = (i: number): Float32Array | undefined => lent?.pass.logits.subarray(i * this.vocabulary, (i + 1) * this.vocabulary);
      return Promise.resolve(rows.map((row, i) => this.#own(prompt, row, logits(i), lent?.residuals[i])));
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  full(embeddings: Float32Array, { from = 0 }: FullRequest = {}): Promise<FullPass> {
    const positions = embeddings.length / this.width;
    const pass = {
      positions,
      logits: new Float32Array(positions * this.vocabulary),
      hidden: new Float32Array(embeddings.length),
      residual: new Float32Array((layers + 1) * embeddings.length),
    };
    const cache = new FakeCache(this, 0, new Float32Array(this.vocabulary));
    cache.dispose();
    for (let position = 0; position < positions; position++) {
      const output = this.#position(cache, embeddings.subarray(position * this.width, (position + 1) * this.width));
      pass.logits.set(output.logits, position * this.vocabulary);
      pass.hidden.set(output.hidden, position * this.width);
      for (let stream = 0; stream <= layers; stream++) {
        const part = output.residual.subarray(stream * this.width, (stream + 1) * this.width);
        pass.residual.set(part, (stream * positions + position) * this.width);
      }
    }
    const readOut = (values: Float32Array, width: number): Float32Array => values.slice(from * width);
    return Promise.resolve({
      positions: positions - from,
      logits: readOut(pass.logits, this.vocabulary),
      hidden: readOut(pass.hidden, this.width),
      residual: Float32Array.from(
        Array.from({ length: layers + 1 }, (_, stream) => [
          ...pass.residual.subarray((stream * positions + from) * this.width, (stream + 1) * positions * this.width),
        ]).flat(),
      ),
    });
  }

  /** The first layer sees only its own position, the second all so far alike. */
  sequence(): AttentionSequence {
    const { width } = this;
    let length = 0;
    let disposed = false;
    this.liveCaches++;
    return {
      get length() {
        return length;
      },
      dispose: () => {
        if (disposed) throw new Error('Disposed twice');
        disposed = true;
        this.liveCaches--;
      },
      read: (first, embeddings, wanted) => {
        const count = embeddings.length / width;
        if (disposed) return Promise.reject(new Error('Read after dispose'));
        if (first > length) return Promise.reject(new RangeError('A gap in the sequence'));
        this.sequencePasses.push({ first, embeddings, layers: wanted });
        length = Math.max(length, first + count);
        return Promise.resolve(
          wanted.map((layer) => {
            const columns = first + count;
            const probabilities = new Float32Array(count * columns);
            for (let row = 0; row < count; row++) {
              const position = first + row;
              if (layer === 0) probabilities[row * columns + position] = 1;
              else probabilities.fill(1 / (position + 1), row * columns, row * columns + position + 1);
            }
            return probabilities;
          }),
        );
      },
    };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  #own(prompt: PromptCache, { cache, embedding }: RowInput, logits?: Float32Array, residual?: Float32Array): PassOutput {
    if (!(prompt instanceof FakeCache) || prompt.disposed || !(cache instanceof FakeCache) || cache.disposed)
      throw new Error('Not a live cache of this decoder');
    const output = this.#position(cache, embedding, prompt.sum);
    this.afterPass(output);
    if (!logits || !residual) return output;
    logits.set(output.logits);
    residual.set(output.residual);
    return { ...output, logits, residual };
  }

  /** @param before what was read before the cache began, [V] */
  #position(cache: FakeCache, embedding: Float32Array, before?: Float32Array): PassOutput {
    const { vocabulary, width } = this;
    const residual = new Float32Array((layers + 1) * width);
    for (let stream = 0; stream <= layers; stream++) residual.set(embedding, stream * width);
    const here = embedding.subarray(0, vocabulary);
    here.forEach((value, i) => (cache.sum[i] = (cache.sum[i] ?? 0) + value));
    cache.length++;
    const read = before ? cache.sum.map((value, i) => value + (before[i] ?? 0)) : cache.sum;
    this.#add(residual.subarray(width + vocabulary, 2 * width), here, this.weights.next);
    residual.set(residual.subarray(width, 2 * width), 2 * width);
    this.#add(residual.subarray(2 * width + vocabulary), read, this.weights.context);
    const hidden = this.#norm(residual.subarray(2 * width));
    const logits = this.#head(hidden);
    return { logits, hidden, residual };
  }

  #lens(residual: Float32Array): Float32Array {
    return this.#head(this.#norm(residual));
  }

  #add(target: Float32Array, weights: Float32Array, rows: readonly Float32Array[]): void {
    weights.forEach((weight, row) => rows[row]?.forEach((value, i) => (target[i] = (target[i] ?? 0) + weight * value)));
  }

  #norm(residual: Float32Array): Float32Array {
    const scale = 1 / Math.sqrt(dot(residual, residual) / this.width + 1e-6);
    return residual.map((value) => value * scale);
  }

  #head(hidden: Float32Array): Float32Array {
    return hidden.slice(this.vocabulary).map((value) => value * this.weights.gain);
  }
}
