import { type DecoderSpec, unembeddingName, type WeightName } from '../../graph/decoder-spec';
import { activate, multiplyRows, normalizeRuns } from './plain-arithmetic';
import { attend, turn } from './plain-attention';

/** Weights that are in memory at once: 16 MiB. */
const valuesAtOnce = 1 << 22;

/** Gives rows `first` to `first + count` of a weight by its name in the graph, [count, input]; of a vector, so many numbers. */
export type PlainWeights = (name: WeightName, first: number, count: number) => Promise<Float32Array>;

export interface PlainRequest {
  readonly spec: DecoderSpec;
  readonly weights: PlainWeights;
  /** T tokens, read from position 0. */
  readonly ids: readonly number[];
  /** Layers computed, from the first; all of them unless told. */
  readonly layers?: number;
}

export interface PlainPass {
  /** [layers + 1, T, D]: 0 = embeddings (with learned positions added), l = after layer l. */
  readonly residual: Float32Array;
  /** [V] at the last position; null where not every layer was computed. */
  readonly logits: Float32Array | null;
}

/**
 * A forward pass of a decoder written out in loops, in double precision, with no runtime, cache, mask, batch or fused operator: what the
 * graph's passes are held against. A slice of one weight is in memory at a time, so the size of the model does not matter.
 */
export async function plainForward({ spec, weights, ids, layers = spec.layers }: PlainRequest): Promise<PlainPass> {
  const pass = new Pass(spec, weights);
  let stream = await pass.embed(ids);
  const residual = new Float32Array((layers + 1) * stream.length);
  residual.set(stream);
  for (let layer = 0; layer < layers; layer++) {
    stream = await pass.layer(`layer.${layer}`, stream);
    residual.set(stream, (layer + 1) * stream.length);
  }
  if (layers < spec.layers) return { residual, logits: null };
  const last = await pass.normalize(stream.subarray(-spec.width), 'final.norm', spec.width);
  return { residual, logits: Float32Array.from(await pass.linear(last, unembeddingName(spec), [spec.vocabulary, spec.width])) };
}

class Pass {
  constructor(
    private readonly spec: DecoderSpec,
    private readonly weights: PlainWeights,
  ) {}

  /** [T, D] */
  async embed(ids: readonly number[]): Promise<Float64Array> {
    const { width, positions } = this.spec;
    const stream = new Float64Array(ids.length * width);
    for (const [position, id] of ids.entries()) {
      const row = await this.weights('embedding', id, 1);
      const added = positions.kind === 'learned' ? await this.weights('positions', position, 1) : null;
      row.forEach((value, i) => {
        stream[position * width + i] = value + (added?.[i] ?? 0);
      });
    }
    return stream;
  }

  async layer(prefix: string, stream: Float64Array): Promise<Float64Array> {
    const between = plus(stream, await this.#attention(`${prefix}.attention`, stream));
    return plus(between, await this.#feedForward(`${prefix}.feed-forward`, between));
  }

  async #attention(prefix: string, stream: Float64Array): Promise<Float64Array> {
    const { width, heads, keyValueHeads, headWidth, attentionBiases, positions } = this.spec;
    const x = await this.normalize(stream, `${prefix}.norm`, width);
    const project = async (name: 'query' | 'key' | 'value', count: number): Promise<Float64Array> => {
      const projected = await this.linear(x, `${prefix}.${name}`, [count * headWidth, width], attentionBiases.queryKeyValue);
      if (name === 'value') return projected;
      const perHead = this.spec.queryKeyNormalization ? await this.normalize(projected, `${prefix}.${name}.norm`, headWidth) : projected;
      if (positions.kind === 'rotary') turn(perHead, count, headWidth, positions);
      return perHead;
    };
    const queries = await project('query', heads);
    const keys = await project('key', keyValueHeads);
    const mixed = attend(queries, keys, await project('value', keyValueHeads), this.spec);
    return this.linear(mixed, `${prefix}.output`, [width, heads * headWidth], attentionBiases.output);
  }

  async #feedForward(prefix: string, stream: Float64Array): Promise<Float64Array> {
    const { width, innerWidth, activation, gatedFeedForward, feedForwardBiases } = this.spec;
    const x = await this.normalize(stream, `${prefix}.norm`, width);
    const up = await this.linear(x, `${prefix}.up`, [innerWidth, width], feedForwardBiases);
    const gate = gatedFeedForward ? await this.linear(x, `${prefix}.gate`, [innerWidth, width], feedForwardBiases) : null;
    const inner = up.map((value, i) => (gate ? activate(gate[i] ?? NaN, activation) * value : activate(value, activation)));
    return this.linear(inner, `${prefix}.down`, [width, innerWidth], feedForwardBiases);
  }

  async normalize(x: Float64Array, name: WeightName, size: number): Promise<Float64Array> {
    const { normalization } = this.spec;
    const bias = normalization.kind === 'layer' ? await this.weights(`${name}.bias`, 0, size) : null;
    return normalizeRuns(x, normalization, await this.weights(name, 0, size), bias);
  }

  /** x [T, input] times the transpose of a weight [output, input], read in slices. */
  async linear(x: Float64Array, name: WeightName, [outputs, inputs]: readonly [number, number], biased = false): Promise<Float64Array> {
    const out = new Float64Array((x.length / inputs) * outputs);
    const portion = Math.max(1, Math.floor(valuesAtOnce / inputs));
    for (let first = 0; first < outputs; first += portion) {
      const rows = await this.weights(name, first, Math.min(portion, outputs - first));
      multiplyRows(x, rows, { first, inputs }, out);
    }
    if (!biased) return out;
    const bias = await this.weights(`${name}.bias`, 0, outputs);
    return out.map((value, i) => value + (bias[i % outputs] ?? NaN));
  }
}

const plus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value + (b[i] ?? NaN));
