import type { DecoderSpec } from './decoder-spec';
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
  const { epsilon } = spec.normalization;
  return graph.node('SimplifiedLayerNormalization', [x, graph.weight(weight)], { axis: -1, epsilon: { float: epsilon } });
}

/** Gated feed-forward block: down(activation(gate(x)) · up(x)), [B, T, D] to [B, T, D]. */
export function feedForward(graph: GraphBuilder, x: Value, prefix: string): Value {
  const gate = linear(graph, x, `${prefix}.gate`);
  const activated = graph.node('Mul', [gate, graph.node('Sigmoid', [gate])]);
  return linear(graph, graph.node('Mul', [activated, linear(graph, x, `${prefix}.up`)]), `${prefix}.down`);
}
