import { setImmediate } from 'node:timers/promises';
import { unembeddingName } from '../graph/decoder-spec';
import type { KernelProduct } from './kernel-weights';
import { knowsBytes } from './kernels';
import { components, LensSketch } from './lens-sketch';
import type { LogitReading } from './logit-parts';
import { Operations, type OperationSettings } from './operations';
import { QuickPass, type QuickStep } from './quick-pass';
import { Scratch } from './scratch';
import { TokenCopies } from './token-copies';

/** Streams, one of each step, that are read at once. */
const rowsAtOnce = 64;
/** Tokens the sketch is tried on for each stream. */
const probes = 96;
/** Streams a sketch is made from. */
const mostSampled = 256;
const fewestTokens = 4096;

/**
 * Reads the lens over the tokens that matter. A sketch of the unembedding (its products with a few directions, in 8 bits) says which tokens may come
 * within six nats of the highest; the logits of these are computed in full, and all others count as nothing. How far the sketch is off is seen for
 * each stream by some tokens it is tried on. What a sketch cannot see, a token that a stream points to in none of its directions, is looked
 * for among those that are known: of the step itself, and those that were high at the layers above.
 *
 * So ids, their order and logits are exact but for tokens that escape; probabilities are too large by the share of what is left out. A
 * target below the candidates has the place that the sketch gives it. Against exact readings: see docs/performance.md.
 */
export class QuickLens {
  readonly #settings: OperationSettings;
  readonly #product: KernelProduct;
  readonly #scratch: Scratch;
  readonly #copies: TokenCopies;
  readonly #tried: readonly number[];
  #sketch: LensSketch | null = null;

  /** Whether streams of this decoder can be read so. */
  static offered({ spec, exact, weights }: OperationSettings): boolean {
    const isWorthIt = spec.vocabulary >= fewestTokens && spec.width >= components;
    return knowsBytes && !exact && isWorthIt && weights.product([unembeddingName(spec)]).bias === 0;
  }

  constructor(settings: OperationSettings) {
    const { spec, weights, kernels } = settings;
    this.#settings = settings;
    this.#product = weights.product([unembeddingName(spec)]);
    this.#scratch = new Scratch(kernels.memory);
    this.#tried = Array.from({ length: probes }, (_, i) => Math.floor(((i + 0.5) * spec.vocabulary) / probes));
    this.#copies = new TokenCopies(settings, this.#product, this.#tried);
  }

  /**
   * Others get their turn between.
   * @param kept how many of the highest
   * @returns [steps, S]; null where a stream has too many candidates
   */
  async read(steps: readonly QuickStep[], kept: number): Promise<(LogitReading | null)[][]> {
    if (steps.length === 0) return [];
    const streams = (steps[0]?.streams.length ?? 0) / this.#settings.spec.width;
    const sketch = this.#fitting(steps, streams);
    const tools = { settings: this.#settings, scratch: this.#scratch, copies: this.#copies, sketch, tried: this.#tried };
    const readings: (LogitReading | null)[][] = [];
    for (let first = 0; first < steps.length; first += rowsAtOnce) {
      const some = steps.slice(first, first + rowsAtOnce);
      const pass = new QuickPass(tools, some, kept);
      try {
        for (let stream = streams - 1; stream >= 0; stream--) pass.run(stream);
        readings.push(...pass.readings);
      } finally {
        pass.free();
      }
      await setImmediate();
    }
    return readings;
  }

  /** A sketch for these streams, made from some of them where there is none that fits. */
  #fitting(steps: readonly QuickStep[], streams: number): LensSketch {
    const { spec, kernels } = this.#settings;
    const { width } = spec;
    const all = steps.length * streams;
    const rows = Math.min(mostSampled, all);
    const operations = new Operations({ ...this.#settings, scratch: this.#scratch }, rows);
    const from = this.#scratch.floats('sampled', rows * width);
    const values = kernels.memory.floats(from, rows * width);
    for (let row = 0; row < rows; row++) {
      const index = Math.floor((row * all) / rows);
      const stream = index % streams;
      const source = steps[Math.floor(index / streams)]?.streams.subarray(stream * width, (stream + 1) * width);
      if (source) values.set(source, row * width);
    }
    const { job, args, chunks } = operations.normalize(from, 'final.norm', this.#product);
    kernels.run(job, args, chunks);
    const normed = { from: operations.inputs(width).floats, rows, width };
    operations.free();
    if (this.#sketch?.fits(normed) === true) return this.#sketch;
    this.#sketch?.free();
    this.#sketch = new LensSketch(this.#settings, normed);
    return this.#sketch;
  }
}
