import { setImmediate } from 'node:timers/promises';
import { buildDecoder, buildLens } from '../graph/decoder-graph';
import { type DecoderSpec, matrixParameters, unembeddingName } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import { softmax } from '../measures/distribution';
import { CachedSequence } from './attention-sequence';
import type { AttentionSequence, Decoder, FullPass, FullRequest, PassOutput, PromptCache, RowCache, RowInput } from './decoder';
import { IdleSession } from './idle-session';
import { LayerAttention } from './layer-attention';
import { LensReadings } from './lens-readings';
import { readLens } from './logit-lens';
import { type CacheFeeds, PassRunner } from './onnx-pass';
import { createSession, floats, floatsOf, type SessionSettings } from './onnx-session';
import { RowCaches } from './row-caches';
import { SequenceReader, type SequenceReading } from './sequence-reader';
import { StepOutputs } from './step-outputs';
import { readWeight, WeightMatrix } from './weight-matrix';

/** Rows of the unembedding that a lens goes through before others get their turn. */
const rowsAtOnce = 2048;

class StoredPrompt implements PromptCache {
  constructor(
    readonly owner: OnnxDecoder,
    readonly length: number,
    readonly feeds: CacheFeeds,
  ) {}
}

/** The `Decoder` over ONNX Runtime. The cache lives here, in arrays of our own; the runtime is stateless. */
export class OnnxDecoder implements Decoder {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly matrixParameters: number;
  private readonly table: WeightMatrix;
  private readonly unembedding: WeightMatrix;
  private readonly finalScale: Float32Array;
  private readonly finalBias: Float32Array | null;
  private readonly lensSession: IdleSession;
  private readonly lensReadings: LensReadings;
  private readonly attention: LayerAttention;
  private readonly rows: RowCaches;
  private readonly sequences: SequenceReader;
  private lastPass: Promise<void> = Promise.resolve();

  private constructor(
    private readonly spec: DecoderSpec,
    weights: Weights,
    private readonly passes: PassRunner,
    settings: SessionSettings,
  ) {
    this.layers = spec.layers;
    this.heads = spec.heads;
    this.width = spec.width;
    this.vocabulary = spec.vocabulary;
    this.matrixParameters = matrixParameters(spec);
    const { vocabulary, width } = spec;
    this.table = new WeightMatrix(weights, 'embedding', vocabulary, width);
    this.unembedding = spec.tiedUnembedding ? this.table : new WeightMatrix(weights, unembeddingName(spec), vocabulary, width);
    this.finalScale = readWeight(weights, 'final.norm');
    this.finalBias = spec.normalization.kind === 'layer' ? readWeight(weights, 'final.norm.bias') : null;
    const { unembedding, finalScale, finalBias } = this;
    this.lensReadings = new LensReadings({ spec, weights, unembedding, finalScale, finalBias, threads: settings.threads });
    this.lensSession = new IdleSession(async () => createSession(buildLens(spec, weights.places, settings.arithmetic), weights, settings));
    this.attention = new LayerAttention(spec, weights, settings);
    this.rows = new RowCaches(spec);
    this.sequences = new SequenceReader(spec, passes);
  }

  static async create(spec: DecoderSpec, weights: Weights, settings: SessionSettings): Promise<OnnxDecoder> {
    const decoder = await createSession(buildDecoder(spec, weights.places, settings.arithmetic), weights, settings);
    return new OnnxDecoder(spec, weights, new PassRunner(spec, decoder), settings);
  }

  embedding(tokenId: number): Float32Array {
    if (!Number.isInteger(tokenId) || tokenId < 0 || tokenId >= this.vocabulary) {
      throw new RangeError(`Token ${tokenId} is not among the ${this.vocabulary} of the vocabulary`);
    }
    return this.table.row(tokenId);
  }

  get embeddings(): Float32Array {
    return this.table.all();
  }

  async lens(residual: Float32Array): Promise<Float32Array> {
    if (residual.length !== this.width) throw new RangeError(`A residual stream has ${this.width} numbers, not ${residual.length}`);
    const { finalScale: scale, finalBias: bias, unembedding, vocabulary } = this;
    const logits = new Float32Array(vocabulary);
    for (let row = 0; row < vocabulary; row += rowsAtOnce) {
      const part = unembedding.rows(row, Math.min(rowsAtOnce, vocabulary - row));
      logits.set(readLens({ scale, bias, epsilon: this.spec.normalization.epsilon, unembedding: part }, residual), row);
      await setImmediate();
    }
    return logits;
  }

  async lenses(residuals: Float32Array): Promise<Float32Array> {
    const count = residuals.length / this.width;
    if (!Number.isInteger(count)) throw new RangeError(`${residuals.length} numbers are not whole residual streams of ${this.width}`);
    if (count === 0) return new Float32Array(0);
    return this.lensSession.use(async (lens) => floatsOf(await lens.run({ residual: floats(residuals, count, this.width) }), 'logits'));
  }

  async readings(residuals: Float32Array, targets: readonly number[], count: number): Promise<Float32Array<ArrayBuffer>> {
    return this.lensReadings.read(residuals, targets, count);
  }

  async prefill(tokens: readonly number[]): Promise<{ readonly cache: PromptCache; readonly last: PassOutput }> {
    const length = tokens.length;
    const embeddings = new Float32Array(length * this.width);
    tokens.forEach((token, i) => {
      embeddings.set(this.embedding(token), i * this.width);
    });
    const { keys, values, logits, hidden, residual } = await this.read(embeddings, (positions) => positions - 1);
    const feeds = this.passes.cacheFeeds('prompt', 1, length, (layer, kind) => (kind === 'keys' ? keys : values)[layer] ?? logits);
    return { cache: new StoredPrompt(this, length, feeds), last: { logits, probabilities: softmax(logits), hidden, residual } };
  }

  newRow(): RowCache {
    return this.rows.newRow();
  }

  async step(prompt: PromptCache, inputs: readonly RowInput[]): Promise<readonly PassOutput[]> {
    if (!(prompt instanceof StoredPrompt) || prompt.owner !== this) throw new Error('This prompt was read by another decoder');
    if (inputs.length === 0) return [];
    return this.alone(async () => {
      const count = inputs.length;
      const caches = inputs.map(({ cache }) => cache);
      const rows = inputs.map((_, i) => i);
      const window = this.rows.gather(caches);
      const total = prompt.length + window.capacity + 1;
      const embeddings = new Float32Array(count * this.width);
      const mask = new Float32Array(count * total);
      const positions: number[] = Array.from({ length: count });
      inputs.forEach(({ cache, embedding }, i) => {
        if (embedding.length !== this.width) throw new RangeError(`An input has ${this.width} numbers, not ${embedding.length}`);
        const place = window.places[i] ?? 0;
        embeddings.set(embedding, place * this.width);
        positions[place] = prompt.length + cache.length;
        mask.fill(-Infinity, place * total + prompt.length + cache.length, (place + 1) * total - 1);
      });
      const own = this.passes.cacheFeeds('own', count, window.capacity, (layer, kind) => window[kind][layer] ?? new Float32Array(0));
      const outputs = new StepOutputs(this.spec, count);
      await this.passes.run(
        {
          embeddings: floats(embeddings, count, 1, this.width),
          positions,
          mask: floats(mask, count, 1, 1, 1, total),
          segments: [prompt.length, window.capacity, 1],
          readout: rows,
          tapped: rows,
          caches: [prompt.feeds, own],
        },
        outputs.tensors,
      );
      this.rows.append(caches, window.places, outputs.keys, outputs.values);
      return window.places.map((place) => outputs.row(place));
    });
  }

  async full(embeddings: Float32Array, { from = 0 }: FullRequest = {}): Promise<FullPass> {
    const { logits, hidden, residual } = await this.read(embeddings, () => from);
    return { positions: hidden.length / this.width, logits, hidden, residual };
  }

  sequence(): AttentionSequence {
    return new CachedSequence(this.spec, this.passes, this.attention, async (pass) => this.alone(pass));
  }

  async dispose(): Promise<void> {
    await this.lastPass;
    await this.passes.release();
    await this.lensSession.dispose();
    await this.attention.dispose();
    await this.lensReadings.dispose();
  }

  /** Reads a sequence from its start, with nothing before it. */
  private async read(embeddings: Float32Array, from: (positions: number) => number): Promise<SequenceReading> {
    const length = embeddings.length / this.width;
    if (!Number.isInteger(length) || length < 1) {
      throw new RangeError(`${embeddings.length} numbers are not one or more whole vectors of ${this.width}`);
    }
    return this.alone(async () => this.sequences.read(embeddings, from(length)));
  }

  /** Passes share the cache, so a second one asked for before the first has ended (by another run) waits for it. */
  private async alone<T>(pass: () => Promise<T>): Promise<T> {
    const result = this.lastPass.then(pass);
    this.lastPass = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}
