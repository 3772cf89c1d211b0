/**
 * How a decoder normalises; `rms` divides by the root mean square and multiplies with a learned scale, `layer` subtracts the
 * mean first, divides by the standard deviation and adds a learned bias after the scale.
 */
export interface NormalizationSpec {
  readonly kind: 'rms' | 'layer';
  readonly epsilon: number;
}

/** Rotary position embedding in the half-split convention: coordinate i turns together with coordinate i + head width / 2. */
export interface RotarySpec {
  readonly kind: 'rotary';
  /** Base of the geometric series of frequencies. */
  readonly theta: number;
  /** Hd / 2 numbers the frequencies are divided by, for models stretched to longer texts; 1 where left out. */
  readonly frequencyFactors?: readonly number[];
  /** Cosines and sines are multiplied with it; 1 where left out. */
  readonly magnitude?: number;
}

/** A learned vector for each position, added to the input embedding. */
export interface LearnedPositionsSpec {
  readonly kind: 'learned';
  /** M, positions the table has vectors for. */
  readonly count: number;
}

/** `silu` is x · sigmoid(x); `gelu` is x · Φ(x) and `gelu-tanh` its approximation by a hyperbolic tangent. */
export const activations = ['silu', 'gelu', 'gelu-tanh'] as const;
export type Activation = (typeof activations)[number];

/** Which projections of the attention carry a bias. */
export interface AttentionBiases {
  readonly queryKeyValue: boolean;
  readonly output: boolean;
}

/**
 * A decoder-only transformer with pre-normalisation, as a checkpoint's configuration describes it: all the graph builder needs
 * besides the weights. A new family of models is a new reader of configurations, and a new member here where it differs in kind.
 */
export interface DecoderSpec {
  /** L */
  readonly layers: number;
  /** D, width of the residual stream. */
  readonly width: number;
  /** H, query heads; a multiple of `keyValueHeads`. */
  readonly heads: number;
  /** Hkv, heads of keys and values: query head h reads head floor(h · Hkv / H). */
  readonly keyValueHeads: number;
  /** Hd, even. */
  readonly headWidth: number;
  /** F, inner width of the feed-forward block. */
  readonly innerWidth: number;
  /** V */
  readonly vocabulary: number;
  readonly normalization: NormalizationSpec;
  readonly positions: RotarySpec | LearnedPositionsSpec;
  /** Of the gate where the feed-forward block has one, else of the inner layer. */
  readonly activation: Activation;
  readonly gatedFeedForward: boolean;
  readonly feedForwardBiases: boolean;
  readonly attentionBiases: AttentionBiases;
  /** Queries and keys are normalised per head, before they are turned. */
  readonly queryKeyNormalization: boolean;
  /** The unembedding is the embedding table. */
  readonly tiedUnembedding: boolean;
}

/** Name of a weight inside the graph, whatever a checkpoint calls it. */
export type WeightName = string;

const matrix = (output: number, input: number): readonly number[] => [output, input];

/** Every weight a decoder of this kind has, with its shape; matrices are [output, input]. */
export function weightShapes(spec: DecoderSpec): ReadonlyMap<WeightName, readonly number[]> {
  const { width, innerWidth } = spec;
  const queryWidth = spec.heads * spec.headWidth;
  const keyValueWidth = spec.keyValueHeads * spec.headWidth;
  const shapes = new Map<WeightName, readonly number[]>([['embedding', matrix(spec.vocabulary, width)]]);
  const linear = (name: string, output: number, input: number, biased: boolean): void => {
    shapes.set(name, matrix(output, input));
    if (biased) shapes.set(`${name}.bias`, [output]);
  };
  const norm = (name: string, size = width): void => {
    shapes.set(name, [size]);
    if (spec.normalization.kind === 'layer') shapes.set(`${name}.bias`, [size]);
  };
  if (spec.positions.kind === 'learned') shapes.set('positions', matrix(spec.positions.count, width));
  for (let layer = 0; layer < spec.layers; layer++) {
    const prefix = `layer.${layer}`;
    norm(`${prefix}.attention.norm`);
    linear(`${prefix}.attention.query`, queryWidth, width, spec.attentionBiases.queryKeyValue);
    linear(`${prefix}.attention.key`, keyValueWidth, width, spec.attentionBiases.queryKeyValue);
    linear(`${prefix}.attention.value`, keyValueWidth, width, spec.attentionBiases.queryKeyValue);
    linear(`${prefix}.attention.output`, width, queryWidth, spec.attentionBiases.output);
    if (spec.queryKeyNormalization) {
      norm(`${prefix}.attention.query.norm`, spec.headWidth);
      norm(`${prefix}.attention.key.norm`, spec.headWidth);
    }
    norm(`${prefix}.feed-forward.norm`);
    if (spec.gatedFeedForward) linear(`${prefix}.feed-forward.gate`, innerWidth, width, spec.feedForwardBiases);
    linear(`${prefix}.feed-forward.up`, innerWidth, width, spec.feedForwardBiases);
    linear(`${prefix}.feed-forward.down`, width, innerWidth, spec.feedForwardBiases);
  }
  norm('final.norm');
  if (!spec.tiedUnembedding) shapes.set('unembedding', matrix(spec.vocabulary, width));
  return shapes;
}

/** The weight that turns the normalised residual stream into logits. */
export function unembeddingName(spec: DecoderSpec): WeightName {
  return spec.tiedUnembedding ? 'embedding' : 'unembedding';
}

/** Weights that one position is multiplied with: every matrix, except tables that are only looked up. */
export function matrixParameters(spec: DecoderSpec): number {
  let count = 0;
  for (const [name, [rows = 0, columns]] of weightShapes(spec)) {
    if (columns !== undefined && name !== 'positions' && (name !== 'embedding' || spec.tiedUnembedding)) count += rows * columns;
  }
  return count;
}
