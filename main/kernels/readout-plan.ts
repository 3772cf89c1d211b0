import { unembeddingName } from '../graph/decoder-spec';
import { type Operation, Operations, type OperationSettings } from './operations';

/** The jobs from rows of the residual stream to what is read out of them. */
export class ReadoutPlan {
  /** [rows, D] */
  readonly stream: number;
  /** [rows, D], after the final norm. */
  readonly hidden: number;
  /** [rows, V] */
  readonly logits: number;
  readonly #settings: OperationSettings;
  readonly #moves: number;
  readonly #operations: Operations;
  readonly #jobs: readonly Operation[];

  /** @param distribution whether logits are wanted too */
  constructor(settings: OperationSettings, rows: number, distribution: boolean) {
    const { spec, scratch, weights } = settings;
    const { width, vocabulary } = spec;
    const operations = new Operations(settings, rows);
    this.#settings = settings;
    this.#operations = operations;
    this.stream = scratch.floats('read out', rows * width);
    this.hidden = operations.inputs(width).floats;
    this.logits = distribution ? scratch.floats('logits', rows * vocabulary) : 0;
    const product = weights.product([unembeddingName(spec)]);
    const normalize = operations.normalize(this.stream, 'final.norm', product);
    this.#jobs = distribution ? [normalize, ...operations.multiply(product, this.logits)] : [normalize];
    this.#moves = scratch.moves;
  }

  /** Whether all is still where it was. */
  isCurrent(): boolean {
    return this.#moves === this.#settings.scratch.moves;
  }

  free(): void {
    this.#operations.free();
  }

  run(): void {
    for (const { job, args, chunks } of this.#jobs) this.#settings.kernels.run(job, args, chunks);
  }
}
