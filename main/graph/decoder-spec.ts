/** How a decoder normalises; `rms` divides by the root mean square and multiplies with a learned scale. */
export interface NormalizationSpec {
  readonly kind: 'rms';
  readonly epsilon: number;
}

/** Rotary position embedding in the half-split convention: coordinate i turns together with coordinate i + head width / 2. */
export interface RotarySpec {
  /** Base of the geometric series of frequencies. */
  readonly theta: number;
}

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
  /** F, inner width of the gated feed-forward block. */
  readonly innerWidth: number;
  /** V */
  readonly vocabulary: number;
  readonly normalization: NormalizationSpec;
  readonly rotary: RotarySpec;
  /** The gate's activation; `silu` is x · sigmoid(x). */
  readonly activation: 'silu';
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
  for (let layer = 0; layer < spec.layers; layer++) {
    const set = (name: string, shape: readonly number[]): void => void shapes.set(`layer.${layer}.${name}`, shape);
    set('attention.norm', [width]);
    set('attention.query', matrix(queryWidth, width));
    set('attention.key', matrix(keyValueWidth, width));
    set('attention.value', matrix(keyValueWidth, width));
    set('attention.output', matrix(width, queryWidth));
    if (spec.attentionBiases.queryKeyValue) {
      set('attention.query.bias', [queryWidth]);
      set('attention.key.bias', [keyValueWidth]);
      set('attention.value.bias', [keyValueWidth]);
    }
    if (spec.attentionBiases.output) set('attention.output.bias', [width]);
    if (spec.queryKeyNormalization) {
      set('attention.query.norm', [spec.headWidth]);
      set('attention.key.norm', [spec.headWidth]);
    }
    set('feed-forward.norm', [width]);
    set('feed-forward.gate', matrix(innerWidth, width));
    set('feed-forward.up', matrix(innerWidth, width));
    set('feed-forward.down', matrix(width, innerWidth));
  }
  shapes.set('final.norm', [width]);
  if (!spec.tiedUnembedding) shapes.set('unembedding', matrix(spec.vocabulary, width));
  return shapes;
}

/** The weight that turns the normalised residual stream into logits. */
export function unembeddingName(spec: DecoderSpec): WeightName {
  return spec.tiedUnembedding ? 'embedding' : 'unembedding';
}

/** Weights that one position is multiplied with: every matrix, except an embedding table that is only looked up. */
export function matrixParameters(spec: DecoderSpec): number {
  let count = 0;
  for (const [name, [rows = 0, columns]] of weightShapes(spec)) {
    if (columns !== undefined && (name !== 'embedding' || spec.tiedUnembedding)) count += rows * columns;
  }
  return count;
}
