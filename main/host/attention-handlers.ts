import { attentionBlock } from '../contract/attention';
import { InterlinearError } from '../contract/errors';
import { modelOfLane } from '../contract/lane-models';
import type { RequestName } from '../contract/protocol';
import type { Decoder } from '../runtime/decoder';
import { AttentionReader } from './attention-reader';
import type { HandlerParameters, Handlers } from './connection';
import type { ModelShelf } from './model-shelf';
import type { RunSource } from './run-source';

export type AttentionRequest = Extract<RequestName, `run.attention${string}`>;

/** How long what was read of the branch last looked at is kept for the next question. */
const keptMilliseconds = 120_000;

interface Held {
  readonly key: string;
  readonly decoder: Decoder;
  readonly reader: AttentionReader;
}

/** Answers about attention. One branch is held at a time: its cache and codes are large. */
export class AttentionShelf {
  #held: Held | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly models: Pick<ModelShelf, 'loadFor'>,
    private readonly source: (run: string) => RunSource,
  ) {}

  readonly handlers: Pick<Handlers, AttentionRequest> = {
    'run.attention': async ({ head, first, count, pool, ...place }) => {
      const { source, reader, heads } = await this.#reader(place);
      if (head !== null && head >= heads) throw new InterlinearError('bad-request', `The model has ${heads} heads a layer.`);
      if (first % attentionBlock !== 0) throw new InterlinearError('bad-request', `Rows are asked for in blocks of ${attentionBlock}.`);
      return reader.rows(source, { layer: place.layer, head, first, count, pool });
    },
    'run.attentionBlock': async ({ head, first, count, ...place }) => {
      const { source, reader, heads } = await this.#reader(place);
      if (head !== null && head >= heads) throw new InterlinearError('bad-request', `The model has ${heads} heads a layer.`);
      return { probabilities: Float32Array.from(await reader.exactRows(source, { layer: place.layer, head, first, count })) };
    },
    'run.attentionRow': async ({ position, ...place }) => {
      const { source, reader } = await this.#reader(place);
      return { probabilities: Float32Array.from(await reader.row(source, place.layer, position)) };
    },
  };

  /** Frees what is held of a run, or whatever is held. */
  forget(run?: string): void {
    if (run !== undefined && this.#held?.key.startsWith(`${run}/`) !== true) return;
    clearTimeout(this.#timer);
    this.#held?.reader.abandon();
    this.#held = null;
  }

  async #reader({ run, lane, branch, layer }: Omit<HandlerParameters<'run.attentionRow'>, 'position'>) {
    const source = this.source(run);
    const { decoder } = await this.models.loadFor(modelOfLane(source.info, lane));
    if (layer >= decoder.layers) throw new InterlinearError('bad-request', `The model has ${decoder.layers} layers.`);
    const key = `${run}/${lane}/${branch}`;
    if (this.#held?.key !== key || this.#held.decoder !== decoder) {
      this.forget();
      this.#held = { key, decoder, reader: new AttentionReader(decoder, lane, branch) };
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.forget();
    }, keptMilliseconds).unref();
    return { source, reader: this.#held.reader, heads: decoder.heads };
  }
}
