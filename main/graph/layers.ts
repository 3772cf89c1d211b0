import type { Activation, DecoderSpec } from './decoder-spec';
import type { GraphBuilder, Value } from './graph-builder';
import { quantizedBits, quantizedLinear } from './quantized-linear';

/** x [.., input] times the transpose of a weight [output, input], as checkpoints store it. */
export function linear(graph: GraphBuilder, x: Value, weight: string, biased = false): Value {
  const bits = quantizedBits(graph, weight);
  const product =
    bits === null
      ? graph.node('com.microsoft:FusedMatMul', [x, graph.weight(weight)], { transB: 1 })
      : quantizedLinear(graph, x, weight, bits);
  return biased ? graph.node('Add', [product, graph.weight(`${weight}.bias`)]) : product;
}

/** Normalisation over the last axis. */
export function normalize(graph: GraphBuilder, spec: DecoderSpec, x: Value, weight: string): Value {
  const attributes = { axis: -1, epsilon: { float: spec.normalization.epsilon } };
  return spec.normalization.kind === 'rms'
    ? graph.node('SimplifiedLayerNormalization', [x, graph.weight(weight)], attributes)
    : graph.node('LayerNormalization', [x, graph.weight(weight), graph.weight(`${weight}.bias`)], attributes);
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

/** Feed-forward block, [B, T, D] to [B, T, D]: down(activation(gate(x)) · up(x)) with a gate, down(activation(up(x))) without. */
export function feedForward(graph: GraphBuilder, spec: DecoderSpec, x: Value, prefix: string): Value {
  const biased = spec.feedForwardBiases;
  const up = linear(graph, x, `${prefix}.up`, biased);
  const inner = spec.gatedFeedForward
    ? graph.node('Mul', [activate(graph, linear(graph, x, `${prefix}.gate`, biased), spec.activation), up])
    : activate(graph, up, spec.activation);
  return linear(graph, inner, `${prefix}.down`, biased);
}
