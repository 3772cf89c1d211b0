import { InterlinearError } from '../contract/errors';
import { type DecoderSpec, matrixParameters } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import type { QuickStep } from '../kernels/quick-pass';
import type { WalkRequest } from '../measures/walk-parts';
import { CachedSequence } from './attention-sequence';
import type { AttentionSequence, Decoder, FullPass, FullRequest, PassOutput, PromptCache, RowCache, RowInput } from './decoder';
import { DecoderLens } from './decoder-lens';
import { LayerAttention } from './layer-attention';
import type { SessionSettings } from './onnx-session';
import { packQuickReadings, packReadings } from './packed-readings';
import { PassQueue } from './pass-queue';
import type { InputBits, Passes } from './passes';
import { RowCaches } from './row-caches';
import { outputOfRow } from './row-output';
import { SequenceReader, type SequenceReading } from './sequence-reader';
import type { StepRoom } from './step-room';
import { StoredPrompt } from './stored-prompt';
import { WeightMatrix } from './weight-matrix';

/** The `Decoder` over passes that keep nothing: the cache lives here, in memory of theirs. */
export class CachedDecoder implements Decoder {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly matrixParameters: number;
  readonly attentionWidth: number;
  readonly cacheBytesPerPosition: number;
  readonly inputBits: InputBits;
  readonly engine: string;
  readonly readsLens: boolean;
  readonly readsQuickly: boolean;
  private readonly table: WeightMatrix;
  private readonly lensOf: DecoderLens;
  private readonly attention: LayerAttention;
  private readonly queue: PassQueue;
  private readonly rows: RowCaches;
  private readonly sequences: SequenceReader;

  /**
   * @param passes released with the decoder
   * @param settings of what is computed beside the passes: lens and attention
   */
  constructor(
    private readonly spec: DecoderSpec,
    weights: Weights,
    passes: Passes,
    settings: SessionSettings,
  ) {
    this.layers = spec.layers;
    this.heads = spec.heads;
    this.width = spec.width;
    this.vocabulary = spec.vocabulary;
    this.matrixParameters = matrixParameters(spec);
    this.attentionWidth = spec.heads * spec.headWidth;
    this.table = new WeightMatrix(weights, 'embedding', spec.vocabulary, spec.width);
    this.lensOf = new DecoderLens(spec, weights, this.table, settings);
    this.attention = new LayerAttention(spec, weights, settings);
    this.cacheBytesPerPosition = passes.cacheBytesPerPosition;
    this.inputBits = passes.inputBits;
    this.engine = passes.engine;
    this.readsLens = passes.lens !== null;
    this.readsQuickly = (passes.lens?.quickly ?? null) !== null;
    this.queue = new PassQueue(passes);
    this.rows = new RowCaches(spec.layers, this.queue);
    this.sequences = new SequenceReader(spec, this.queue);
  }

  embedding(tokenId: number): Float32Array {
    if (!this.hasToken(tokenId)) {
      throw new RangeError(`Token ${tokenId} is not among the ${this.vocabulary} of the vocabulary`);
    }
    return this.table.row(tokenId);
  }

  get embeddings(): Float32Array {
    return this.table.all();
  }

  async lens(residuals: Float32Array): Promise<Float32Array> {
    return this.lensOf.lens(residuals);
  }

  async lenses(residuals: Float32Array): Promise<Float32Array> {
    return this.lensOf.lenses(residuals);
  }

  async readings(residuals: Float32Array, targets: readonly number[], count: number): Promise<Float32Array<ArrayBuffer>> {
    this.checkTokens(targets);
    const { lens } = this.queue;
    return lens ? packReadings(lens, this.width, residuals, targets, count) : this.lensOf.readings(residuals, targets, count);
  }

  async quickReadings(steps: readonly QuickStep[], count: number): Promise<Float32Array<ArrayBuffer> | null> {
    const { lens } = this.queue;
    if (!lens?.quickly) return null;
    this.checkTokens(steps.map(({ target }) => target));
    if (steps.some(({ streams }) => streams.length !== this.layers * this.width))
      throw new InterlinearError('bad-trace', 'A step has other residual streams than this model.', 'Run the prompt again.');
    const sound = steps.map((step) => ({ ...step, known: step.known.filter((token) => this.hasToken(token)) }));
    return packQuickReadings(lens, lens.quickly, this.width, sound, count);
  }

  private hasToken(token: number): boolean {
    return Number.isInteger(token) && token >= 0 && token < this.vocabulary;
  }

  /** What a trace says is no more than a claim, and kernels look at no address twice. */
  private checkTokens(tokens: readonly number[]): void {
    const other = tokens.find((token) => !this.hasToken(token));
    if (other !== undefined)
      throw new InterlinearError('bad-trace', `Token ${other} is not in this model's vocabulary.`, 'Run the prompt again.');
  }

  async prefill(tokens: readonly number[]): Promise<{ readonly cache: PromptCache; readonly last: PassOutput }> {
    const length = tokens.length;
    const embeddings = new Float32Array(length * this.width);
    tokens.forEach((token, i) => {
      embeddings.set(this.embedding(token), i * this.width);
    });
    const { segment, logits, hidden, residual } = await this.read(embeddings, (positions) => positions - 1);
    const cache = new StoredPrompt(this.queue, length, segment);
    return { cache, last: { logits, hidden, residual } };
  }

  newRow(): RowCache {
    return this.rows.newRow();
  }

  async step(prompt: PromptCache, inputs: readonly RowInput[], room?: StepRoom): Promise<readonly PassOutput[]> {
    if (!(prompt instanceof StoredPrompt) || prompt.memory !== this.queue) throw new Error('This prompt was read by another decoder');
    if (inputs.length === 0) return [];
    return this.queue.alone(async () => {
      const count = inputs.length;
      const segment = prompt.segment();
      const caches = inputs.map(({ cache }) => cache);
      const rows = inputs.map((_, i) => i);
      const { places, own } = this.rows.gather(caches);
      const embeddings = new Float32Array(count * this.width);
      const positions: number[] = Array.from({ length: count });
      const walks: WalkRequest[] = Array.from({ length: count }, () => ({ kept: 0, drawing: null }));
      inputs.forEach(({ cache, embedding, walk }, i) => {
        if (embedding.length !== this.width) throw new RangeError(`An input has ${this.width} numbers, not ${embedding.length}`);
        const place = places[i] ?? 0;
        embeddings.set(embedding, place * this.width);
        positions[place] = prompt.length + cache.length;
        if (walk) walks[place] = walk;
      });
      const memory = room?.of(count);
      const running = this.queue.run({
        batch: count,
        added: 1,
        embeddings,
        positions,
        prompt: segment,
        own,
        readout: rows,
        tapped: rows,
        ...(memory && { room: memory.pass }),
        ...(inputs.every(({ walk }) => walk) && { walks }),
      });
      // What a pass has written itself counts before others have a turn, who may make room for rows of theirs and copy what counts.
      if (this.queue.writesCache) this.rows.append(caches, places, null);
      const outputs = await running;
      if (outputs.added) this.rows.append(caches, places, outputs.added);
      return places.map((place) => outputOfRow(this.spec, outputs, count, place, memory?.residuals[place]));
    });
  }

  async full(embeddings: Float32Array, { from = 0 }: FullRequest = {}): Promise<FullPass> {
    const { segment, logits, hidden, residual } = await this.read(embeddings, () => from);
    for (const array of [...segment.keys, ...segment.values]) this.queue.free(array);
    return { positions: hidden.length / this.width, logits, hidden, residual };
  }

  sequence(): AttentionSequence {
    return new CachedSequence(this.spec, this.queue, this.attention);
  }

  async dispose(): Promise<void> {
    await this.queue.alone(() => {
      this.rows.dispose();
      return Promise.resolve();
    });
    await this.queue.release();
    await this.lensOf.dispose();
    await this.attention.dispose();
  }

  /** Reads a sequence from its start, with nothing before it. */
  private async read(embeddings: Float32Array, from: (positions: number) => number): Promise<SequenceReading> {
    const length = embeddings.length / this.width;
    if (!Number.isInteger(length) || length < 1) {
      throw new RangeError(`${embeddings.length} numbers are not one or more whole vectors of ${this.width}`);
    }
    return this.queue.alone(async () => this.sequences.read(embeddings, from(length)));
  }
}
