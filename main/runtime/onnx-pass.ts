import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DecoderSpec } from '../graph/decoder-spec';
import { floats, integers } from './onnx-session';
import { RotaryFeeds } from './rotary-feeds';

/** Keys and values fed to a pass, by input name. */
export type CacheFeeds = Readonly<Record<string, Tensor>>;

/** What differs from one pass to the next. Names and sizes as in `buildDecoder`. */
export interface Pass {
  /** [B, T, D] */
  readonly embeddings: Tensor;
  /** [B · T] */
  readonly positions: readonly number[];
  /** [B, 1, 1, T, S] */
  readonly mask: Tensor;
  readonly segments: readonly [prompt: number, own: number, added: number];
  /** Of the B · T positions: those whose distribution is wanted, at least one, and those whose vectors are. */
  readonly readout: readonly number[];
  readonly tapped: readonly number[];
  readonly caches: readonly CacheFeeds[];
}

/** Keys and values of the first positions of a sequence, in the place of the prompt's. */
export interface SequencePast {
  readonly filled: number;
  /** Places the cache has, filled or not; at least 1. */
  readonly capacity: number;
  readonly feeds: CacheFeeds;
}

/**
 * Places of a segment that holds nothing: one, masked. The runtime leaves the result of a transposed product over no positions as it
 * finds it, so a segment of length 0 would read whatever the memory held.
 */
export const emptyPlaces = 1;

/** Places before the new positions in a pass over a sequence: its past, then a row's own segment, which holds nothing. */
function placesBefore(past: SequencePast | null): number {
  return (past?.capacity ?? emptyPlaces) + emptyPlaces;
}

/**
 * Every new position sees what of the past is filled, itself and those before it: 0 there, the rest minus infinity,
 * [1, 1, 1, T, capacity + T].
 */
export function causalMask(length: number, past: { readonly filled: number; readonly capacity: number }): Tensor {
  const total = past.capacity + length;
  const mask = new Float32Array(length * total);
  for (let query = 0; query < length; query++) {
    mask.fill(-Infinity, query * total + past.filled, query * total + past.capacity);
    mask.fill(-Infinity, query * total + past.capacity + query + 1, (query + 1) * total);
  }
  return floats(mask, 1, 1, 1, length, total);
}

/** Runs passes of one decoder graph. */
export class PassRunner {
  private readonly empty: Readonly<Record<'prompt' | 'own', CacheFeeds>>;
  private readonly rotary: RotaryFeeds;

  constructor(
    private readonly spec: DecoderSpec,
    private readonly session: InferenceSession,
  ) {
    this.rotary = new RotaryFeeds(spec);
    const nothing = new Float32Array(spec.keyValueHeads * spec.headWidth * emptyPlaces);
    const feeds = (name: 'prompt' | 'own'): CacheFeeds => this.cacheFeeds(name, 1, emptyPlaces, () => nothing);
    this.empty = { prompt: feeds('prompt'), own: feeds('own') };
  }

  /** @param fetches names of the outputs wanted, each of which costs a copy, or tensors they are written into */
  async run(pass: Pass, fetches: readonly string[] | Readonly<Record<string, Tensor>>): Promise<InferenceSession.OnnxValueMapType> {
    const [batch = 1, added = 1] = pass.embeddings.dims;
    const feeds: Record<string, Tensor> = {
      embeddings: pass.embeddings,
      headShape: integers([batch, added, this.spec.heads + 2 * this.spec.keyValueHeads, this.spec.headWidth]),
      positionIds: integers(pass.positions, batch, added),
      mask: pass.mask,
      segments: integers(pass.segments),
      readout: integers(pass.readout),
      tapped: integers(pass.tapped),
      ...this.rotary.reaching(pass.positions),
    };
    for (const cache of pass.caches) Object.assign(feeds, cache);
    return this.session.run(feeds, fetches);
  }

  /** What a pass is told of a sequence, batch 1, of which it reads `added` further positions. */
  sequence(past: SequencePast | null, added: number): Pick<Pass, 'mask' | 'segments' | 'caches'> {
    return {
      mask: causalMask(added, { filled: past?.filled ?? 0, capacity: placesBefore(past) }),
      segments: [past?.capacity ?? emptyPlaces, emptyPlaces, added],
      caches: [past?.feeds ?? this.empty.prompt, this.empty.own],
    };
  }

  /** @param data keys or values of one layer, [batch, Hkv, Hd, positions]; fed as they lie, without a copy */
  cacheFeeds(
    name: 'prompt' | 'own',
    batch: number,
    positions: number,
    data: (layer: number, kind: 'keys' | 'values') => Float32Array,
  ): CacheFeeds {
    const { layers, keyValueHeads, headWidth } = this.spec;
    const feeds: Record<string, Tensor> = {};
    for (let layer = 0; layer < layers; layer++) {
      for (const kind of ['keys', 'values'] as const) {
        feeds[`${name}.${layer}.${kind}`] = floats(data(layer, kind), batch, keyValueHeads, 1, headWidth, positions);
      }
    }
    return feeds;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
