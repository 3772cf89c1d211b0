import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DecoderSpec } from '../graph/decoder-spec';
import { floats, integers } from './onnx-session';
import { type RotaryTable, rotaryTable } from './rotary-table';

const smallestRotaryTable = 256;

/** Keys and values fed to a pass, by input name. */
export type CacheFeeds = Readonly<Record<string, Tensor>>;

/** What differs from one pass to the next. Names and sizes as in `buildDecoder`. */
export interface Pass {
  /** [B, T, D] */
  readonly embeddings: Tensor;
  /** [B · T] */
  readonly positions: readonly number[];
  /** [B, 1, T, S] */
  readonly mask: Tensor;
  readonly segments: readonly [prompt: number, own: number, added: number];
  readonly readout: readonly number[];
  readonly caches: readonly CacheFeeds[];
}

/**
 * Every new position sees what of the past is filled, itself and those before it: 0 there, the rest minus infinity,
 * [1, 1, T, capacity + T].
 */
export function causalMask(length: number, past: { readonly filled: number; readonly capacity: number }): Tensor {
  const total = past.capacity + length;
  const mask = new Float32Array(length * total);
  for (let query = 0; query < length; query++) {
    mask.fill(-Infinity, query * total + past.filled, query * total + past.capacity);
    mask.fill(-Infinity, query * total + past.capacity + query + 1, (query + 1) * total);
  }
  return floats(mask, 1, 1, length, total);
}

/** Runs passes of one decoder graph, and keeps the rotary tables they need. */
export class PassRunner {
  /** For a pass with nothing before it. */
  readonly noPast: CacheFeeds;
  private rotary: RotaryTable | null;

  constructor(
    private readonly spec: DecoderSpec,
    private readonly session: InferenceSession,
  ) {
    this.rotary = spec.positions.kind === 'rotary' ? rotaryTable(spec.positions, spec.headWidth, smallestRotaryTable) : null;
    const nothing = (): Float32Array => new Float32Array(0);
    this.noPast = { ...this.cacheFeeds('prompt', 1, 0, nothing), ...this.cacheFeeds('own', 1, 0, nothing) };
  }

  /** @param fetches names of the outputs wanted: each costs a copy */
  async run(pass: Pass, fetches: readonly string[]): Promise<InferenceSession.OnnxValueMapType> {
    const [batch = 1, added = 1] = pass.embeddings.dims;
    const feeds: Record<string, Tensor> = {
      embeddings: pass.embeddings,
      positionIds: integers(pass.positions, batch, added),
      mask: pass.mask,
      segments: integers(pass.segments),
      readout: integers(pass.readout),
      ...this.rotaryFeeds(pass.positions),
    };
    for (const cache of pass.caches) Object.assign(feeds, cache);
    return this.session.run(feeds, fetches);
  }

  /** Rotary tables that reach the last of some positions. */
  private rotaryFeeds(positions: readonly number[]): Record<string, Tensor> {
    const { positions: spec, headWidth } = this.spec;
    if (spec.kind !== 'rotary' || !this.rotary) return {};
    const last = positions.reduce((largest, position) => Math.max(largest, position), 0);
    if (last >= this.rotary.positions) this.rotary = rotaryTable(spec, headWidth, 2 ** Math.ceil(Math.log2(last + 1)));
    const { positions: rows, cosines, sines } = this.rotary;
    return { cosines: floats(cosines, rows, headWidth / 2), sines: floats(sines, rows, headWidth / 2) };
  }

  /** @param data keys or values of one layer, [batch, Hkv, positions, Hd]; fed as they lie, without a copy */
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
        feeds[`${name}.${layer}.${kind}`] = floats(data(layer, kind), batch, keyValueHeads, positions, headWidth);
      }
    }
    return feeds;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
