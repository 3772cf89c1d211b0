import type { Activation, DecoderSpec } from './decoder-spec';
import type { GraphBuilder, Value } from './graph-builder';
import { type StoredMatrix, storedMatrix } from './quantized-parts';
import { quantizedLinear } from './quantized-linear';

/**
 * x [rows, input] times the transposes of weights [output, input], as checkpoints store them: [rows, Σ output], product beside product.
 * Weights that lie one after the other in the file are one matrix.
 */
export function linear(graph: GraphBuilder, x: Value, weights: readonly string[], biased = false): Value {
  const matrix = storedMatrix(graph, weights);
  const product = matrix
    ? multiply(graph, x, matrix)
    : graph.node(
        'Concat',
        weights.map((weight) => linear(graph, x, [weight])),
        { axis: -1 },
      );
  if (!biased) return product;
  const biases = weights.map((weight) => `${weight}.bias`);
  const bias = graph.adjoin(biases);
  return graph.node('Add', [
    product,
    bias === null
      ? graph.node(
          'Concat',
          biases.map((name) => graph.weight(name)),
          { axis: 0 },
        )
      : graph.weight(bias),
  ]);
}

function multiply(graph: GraphBuilder, x: Value, matrix: StoredMatrix): Value {
  return matrix.bits === null ? graph.node('Gemm', [x, graph.weight(matrix.name)], { transB: 1 }) : quantizedLinear(graph, x, matrix);
}

/** Normalisation over the last axis. */
export function normalize(graph: GraphBuilder, spec: DecoderSpec, x: Value, weight: string): Value {
  const attributes = { axis: -1, epsilon: { float: spec.normalization.epsilon } };
  return spec.normalization.kind === 'rms'
    ? graph.node('SimplifiedLayerNormalization', [x, graph.weight(weight)], attributes)
    : graph.node('LayerNormalization', [x, graph.weight(weight), graph.weight(`${weight}.bias`)], attributes);
}

/** The residual stream [rows, D] with something added to it, and that normalised: one operation for the runtime. */
export function addAndNormalize(
  graph: GraphBuilder,
  spec: DecoderSpec,
  stream: Value,
  added: Value,
  weight: string,
): { readonly sum: Value; readonly normalized: Value } {
  const { kind, epsilon } = spec.normalization;
  const [operator, ...weights] =
    kind === 'rms'
      ? (['SkipSimplifiedLayerNormalization', weight] as const)
      : (['SkipLayerNormalization', weight, `${weight}.bias`] as const);
  const inputs = [stream, added, ...weights.map((name) => graph.weight(name))];
  const [normalized = stream, sum = stream] = graph.outputsOf(`com.microsoft:${operator}`, inputs, [0, 3], { epsilon: { float: epsilon } });
  return { sum, normalized };
}

function activate(graph: GraphBuilder, x: Value, activation: Activation): Value {
  switch (activation) {
    case 'silu':
      return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
    case 'gelu':
      return graph.node('com.microsoft:Gelu', [x]);
    case 'gelu-tanh':
      return graph.node('com.microsoft:FastGelu', [x]);
  }
}

/** Feed-forward block, [rows, D] to [rows, D]: down(activation(gate(x)) · up(x)) with a gate, down(activation(up(x))) without. */
export function feedForward(graph: GraphBuilder, spec: DecoderSpec, x: Value, prefix: string): Value {
  const biased = spec.feedForwardBiases;
  const inner = (): Value => {
    if (!spec.gatedFeedForward) return activate(graph, linear(graph, x, [`${prefix}.up`], biased), spec.activation);
    const both = linear(graph, x, [`${prefix}.gate`, `${prefix}.up`], biased);
    const [gate = both, up = both] = graph.split(both, graph.integers(spec.innerWidth, spec.innerWidth), 2, 1);
    return graph.node('Mul', [activate(graph, gate, spec.activation), up]);
  };
  return linear(graph, inner(), [`${prefix}.down`], biased);
}
