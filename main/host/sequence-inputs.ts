import { InterlinearError } from '../contract/errors';
import { modelOfLane } from '../contract/lane-models';
import type { StepRecord } from '../contract/steps';
import type { Decoder } from '../runtime/decoder';
import type { RunSource } from './run-source';

/** What a branch has read, position by position: the tokens of the prompt, then the token or the vector of each step. */
export class SequenceInputs {
  readonly #inputs: (number | Float32Array)[] = [];

  constructor(
    private readonly decoder: Decoder,
    private readonly lane: number,
    private readonly branch: number,
  ) {}

  /** Inputs known so far. */
  get length(): number {
    return this.#inputs.length;
  }

  /**
   * Takes from the run what it needs to know this many inputs.
   * @throws InterlinearError `bad-request` where the branch has not read as many, `bad-trace` for a token the model does not have
   */
  async reach(source: RunSource, length: number): Promise<void> {
    if (length <= this.length) return;
    const prompt = modelOfLane(source.info, this.lane).check.tokens;
    for (const { id } of prompt.slice(this.length)) this.#inputs.push(this.#token(id));
    const steps = await source.steps(this.lane, this.branch);
    // The last step of a branch was never read.
    for (const step of steps.slice(this.length - prompt.length, -1)) this.#inputs.push(await this.#input(source, step));
    if (length <= this.length) return;
    throw new InterlinearError(
      'bad-request',
      `The branch has read ${this.length} positions, not ${length}.`,
      'Ask again when it has more steps.',
    );
  }

  /** [count, D] */
  vectors(first: number, count: number): Float32Array {
    const { width } = this.decoder;
    const vectors = new Float32Array(count * width);
    this.#inputs.slice(first, first + count).forEach((input, i) => {
      vectors.set(typeof input === 'number' ? this.decoder.embedding(input) : input, i * width);
    });
    return vectors;
  }

  async #input(source: RunSource, step: StepRecord): Promise<number | Float32Array> {
    if (step.kind === 'token') return this.#token(step.tokenId);
    const { data } = await source.tap(step.lane, step.branch, step.index, 'thought');
    if (data.length === this.decoder.width) return data;
    throw new InterlinearError('bad-trace', `The thought of step ${step.index + 1} does not fit the model.`, 'Run the prompt again.');
  }

  #token(id: number): number {
    if (Number.isInteger(id) && id >= 0 && id < this.decoder.vocabulary) return id;
    throw new InterlinearError('bad-trace', `Token ${id} is not in this model's vocabulary.`, 'Run the prompt again.');
  }
}
