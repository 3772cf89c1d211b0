import { InterlinearError } from '../../contract/errors';
import { type DecoderSpec, type WeightName, weightShapes } from '../../graph/decoder-spec';

/** Rows of a matrix [output, input] or elements of a vector: a run of them, or any in any order. */
export type RowSelection = { readonly first: number; readonly count: number } | Uint32Array;

/** Where one of the graph's weights comes from in a checkpoint. */
export interface WeightSource {
  readonly tensor: string;
  /** Shape the checkpoint's tensor must have (and, after `matchWeights`, has). */
  readonly shape: readonly number[];
  /** The tensor is stored [input, output]: turn it over first, then take the rows. */
  readonly transpose?: true;
  /** Outputs to take, in this order; all of them in theirs where it is left out. */
  readonly rows?: RowSelection;
}

/** How a checkpoint stores what the graph knows under one name. */
export interface WeightRule {
  readonly name: string;
  /** A matrix is stored [input, output]. */
  readonly transposed?: true;
  /** The tensor holds several weights of this size one after the other along the output. */
  readonly part?: { readonly index: number; readonly of: number };
  /** Rows of each head stand in pairs that turn together (i, i + Hd / 2), as llama.cpp's converter orders them. */
  readonly pairedRows?: true;
}

/** Names of one format of checkpoints. */
export interface NameTable {
  /** What may stand before every name of the model's body, most usual first. */
  readonly prefixes: readonly string[];
  /** Prefix of a layer's names, after the body's prefix. */
  readonly layer: (layer: number) => string;
  /** By the graph's names inside a layer. */
  readonly inside: ReadonlyMap<string, WeightRule>;
  /** By the graph's other names. */
  readonly outside: ReadonlyMap<string, WeightRule>;
  /** Names of `outside` that never carry the body's prefix. */
  readonly unprefixed: ReadonlySet<WeightName>;
  /** Tensors some checkpoints carry although they follow from the configuration or from other tensors. */
  readonly redundant: RegExp;
  /** Hint for tensors at odds with the configuration. */
  readonly contradiction: string;
}

/** For every row in the order of the reference implementations, where llama.cpp's converter has put it. */
function unpairedRows(count: number, headWidth: number): Uint32Array {
  const half = headWidth / 2;
  return Uint32Array.from({ length: count }, (_, row) => {
    const inside = row % headWidth;
    return row - inside + 2 * (inside % half) + Math.floor(inside / half);
  });
}

function applyRule(
  { name, transposed, part, pairedRows }: WeightRule,
  prefix: string,
  shape: readonly number[],
  spec: DecoderSpec,
): WeightSource {
  const [outputs = 0, ...inputs] = shape;
  const stored = [outputs * (part?.of ?? 1), ...inputs];
  const turned = transposed === true && inputs.length > 0;
  const paired = pairedRows === true ? unpairedRows(outputs, spec.headWidth) : undefined;
  const rows = part ? { first: part.index * outputs, count: outputs } : paired;
  return {
    tensor: `${prefix}${name}`,
    shape: turned ? stored.toReversed() : stored,
    ...(turned && { transpose: true }),
    ...(rows && { rows }),
  };
}

function sourceOf(weight: WeightName, shape: readonly number[], names: NameTable, prefix: string, spec: DecoderSpec): WeightSource {
  const [, layer, inside] = /^layer\.(\d+)\.(.+)$/u.exec(weight) ?? [];
  const rule = inside === undefined ? names.outside.get(weight) : names.inside.get(inside);
  if (!rule) throw new Error(`The weight '${weight}' has no name in checkpoints`);
  const body = names.unprefixed.has(weight) ? '' : prefix;
  return applyRule(rule, inside === undefined ? body : `${body}${names.layer(Number(layer))}`, shape, spec);
}

/** Tensors by name, as far as matching them goes. */
type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * Where every weight of the graph comes from.
 * @throws InterlinearError `bad-model` naming the first tensor that is missing, of another shape, or not accounted for
 */
export function matchWeights(
  { spec, names }: { readonly spec: DecoderSpec; readonly names: NameTable },
  tensors: Shapes,
): ReadonlyMap<WeightName, WeightSource> {
  const embedding = names.outside.get('embedding')?.name ?? '';
  const prefix = names.prefixes.find((candidate) => tensors.has(`${candidate}${embedding}`)) ?? names.prefixes[0] ?? '';
  const bad = (message: string): InterlinearError => new InterlinearError('bad-model', message, names.contradiction);
  const sources = new Map<WeightName, WeightSource>();
  const known = new Set<string>();
  for (const [weight, shape] of weightShapes(spec)) {
    const source = sourceOf(weight, shape, names, prefix, spec);
    known.add(source.tensor);
    const tensor = tensors.get(source.tensor);
    const expected = `[${source.shape.join(', ')}]`;
    if (!tensor) throw bad(`Tensor “${source.tensor}” of shape ${expected} is missing from the weights.`);
    const found = `[${tensor.shape.join(', ')}]`;
    if (found !== expected)
      throw bad(`Tensor “${source.tensor}”: the configuration asks for shape ${expected}, the weights hold ${found}.`);
    sources.set(weight, source);
  }
  const head = names.outside.get('unembedding')?.name;
  for (const name of tensors.keys()) {
    if (known.has(name) || names.redundant.test(name) || (spec.tiedUnembedding && name === head)) continue;
    throw bad(`The weights hold a tensor “${name}” of which the configuration says nothing.`);
  }
  return sources;
}
