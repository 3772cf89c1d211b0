import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { buildDecoder } from '../graph/decoder-graph';
import type { DecoderSpec } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import { isQuantized } from '../graph/quantized-parts';
import { createSession, floats, integers, type SessionSettings } from './onnx-session';
import { passMask } from './pass-mask';
import type { CacheArray, CacheKind, InputBits, Pass, Passes, PassOutputs, Segment } from './passes';
import { RotaryFeeds } from './rotary-feeds';
import { runtimeName } from './onnx-runtime';

/**
 * Places of a segment that holds nothing: one, masked. The runtime leaves the result of a transposed product over no positions as it
 * finds it, so a segment of length 0 would read whatever the memory held.
 */
export const emptyPlaces = 1;

/** Where a session writes. */
type Outputs = Readonly<Record<'logits' | 'hidden' | 'residual' | CacheKind, Float32Array>>;

/** Passes computed by ONNX Runtime, on any device it starts on. Names and sizes as in `buildDecoder`. */
export class OnnxPasses implements Passes {
  readonly engine = runtimeName;
  readonly lens = null;
  readonly writesCache = false;
  private readonly rotary: RotaryFeeds;

  constructor(
    private readonly spec: DecoderSpec,
    private readonly session: InferenceSession,
    readonly inputBits: InputBits,
  ) {
    this.rotary = new RotaryFeeds(spec);
  }

  /** @throws InterlinearError `unsupported` as `createSession` does */
  static async create(spec: DecoderSpec, weights: Weights, settings: SessionSettings): Promise<OnnxPasses> {
    const rounds = settings.arithmetic !== 'exact' && [...weights.places.keys()].some(isQuantized);
    const session = await createSession(buildDecoder(spec, weights.places, settings.arithmetic), weights, settings);
    return new OnnxPasses(spec, session, rounds ? 8 : 32);
  }

  async run(pass: Pass): Promise<PassOutputs> {
    const { heads, keyValueHeads, headWidth, width } = this.spec;
    const { batch, added } = pass;
    const prompt = pass.prompt ?? this.nothing(1);
    const own = pass.own ?? this.nothing(batch);
    const total = prompt.capacity + own.capacity + added;
    const feeds: Record<string, Tensor> = {
      embeddings: floats(pass.embeddings, batch, added, width),
      headShape: integers([batch, added, heads + 2 * keyValueHeads, headWidth]),
      positionIds: integers(pass.positions, batch, added),
      mask: floats(passMask(batch, added, [prompt, own]), batch, 1, 1, added, total),
      segments: integers([prompt.capacity, own.capacity, added]),
      readout: integers(pass.readout),
      tapped: integers(pass.tapped),
      ...this.rotary.reaching(pass.positions),
    };
    this.feed(feeds, 'prompt', prompt);
    this.feed(feeds, 'own', own);
    const outputs = this.room(pass);
    await this.session.run(feeds, this.fetches(pass, outputs));
    const { keys, values, ...rest } = outputs;
    return { ...rest, added: { keys, values } };
  }

  private get lines(): number {
    return this.spec.keyValueHeads * this.spec.headWidth;
  }

  get cacheLines(): Readonly<Record<CacheKind, number>> {
    return { keys: this.lines, values: this.lines };
  }

  get cacheBytesPerPosition(): number {
    return 2 * this.spec.layers * this.lines * Float32Array.BYTES_PER_ELEMENT;
  }

  allocate(_kind: CacheKind, positions: number): Float32Array {
    return new Float32Array(this.lines * positions);
  }

  floatsOf(keys: CacheArray): Float32Array {
    return floatsIn(keys).slice();
  }

  free(): void {
    // Garbage collected.
  }

  async release(): Promise<void> {
    await this.session.release();
  }

  private nothing(batch: number): Segment {
    const { layers, keyValueHeads, headWidth } = this.spec;
    const none = new Float32Array(batch * keyValueHeads * headWidth * emptyPlaces);
    const arrays = Array.from({ length: layers }, () => none);
    return { batch, capacity: emptyPlaces, keys: arrays, values: arrays, filled: [0] };
  }

  /** Keys and values as they lie, without a copy. */
  private feed(feeds: Record<string, Tensor>, name: string, { batch, capacity, keys, values }: Segment): void {
    const { keyValueHeads, headWidth } = this.spec;
    for (const [kind, arrays] of [['keys', keys] as const, ['values', values] as const]) {
      arrays.forEach((data, layer) => {
        feeds[`${name}.${layer}.${kind}`] = floats(floatsIn(data), batch, keyValueHeads, 1, headWidth, capacity);
      });
    }
  }

  private room({ batch, added, readout, tapped, room }: Pass): Outputs {
    const { layers, vocabulary, width, keyValueHeads, headWidth } = this.spec;
    const cached = layers * batch * keyValueHeads * headWidth * added;
    return {
      logits: room?.logits ?? new Float32Array(readout.length * vocabulary),
      hidden: new Float32Array(tapped.length * width),
      residual: room?.residual ?? new Float32Array((layers + 1) * tapped.length * width),
      keys: new Float32Array(cached),
      values: new Float32Array(cached),
    };
  }

  /** Arrays of ours the outputs are written into: the runtime's own would be copied once more on their way here. */
  private fetches({ batch, added, readout, tapped }: Pass, outputs: Outputs): Readonly<Record<keyof Outputs, Tensor>> {
    const { layers, vocabulary, width, keyValueHeads, headWidth } = this.spec;
    return {
      logits: floats(outputs.logits, readout.length, vocabulary),
      hidden: floats(outputs.hidden, tapped.length, width),
      residual: floats(outputs.residual, (layers + 1) * tapped.length, width),
      keys: floats(outputs.keys, layers * batch, keyValueHeads, headWidth, added),
      values: floats(outputs.values, layers * batch, keyValueHeads, headWidth, added),
    };
  }
}

/** Of what this computes with. */
function floatsIn(array: CacheArray): Float32Array {
  if (array instanceof Float32Array) return array;
  throw new Error('These keys and values are not those of this decoder');
}
