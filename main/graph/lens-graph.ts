import { type DecoderSpec, unembeddingName } from './decoder-spec';
import { GraphBuilder, type Value, type WeightPlace } from './graph-builder';
import { linear, normalize } from './layers';

/**
 * What the logit lens says of N residual streams as an ONNX model. The logits, N × V, are the largest thing there is and stay inside:
 * handing them out would cost more than the arithmetic.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `residual` | [N, D] | |
 * | `targets` | int64 [N, 1] | tokens whose probability and rank are wanted |
 * | `count` | int64 [1] | candidates wanted |
 *
 * | output | shape | |
 * | --- | --- | --- |
 * | `entropy` | [N] | nats, over the whole vocabulary |
 * | `probability` | [N, 1] | of the target, at temperature 1 |
 * | `above` | [N] | tokens that rank above the target: of equal logits the lower id comes first |
 * | `ids`, `probabilities` | [N, count] | highest first |
 */
export function buildLensReadings(spec: DecoderSpec, weights: ReadonlyMap<string, WeightPlace>): Uint8Array {
  const graph = new GraphBuilder(weights);
  const streams = graph.input('residual', ['N', spec.width]);
  const targets = graph.input('targets', ['N', 1], 'int64');
  const count = graph.input('count', [1], 'int64');
  const overVocabulary = (operator: string, value: Value, keepdims: 0 | 1): Value =>
    graph.node(operator, [value, graph.integers(1)], { keepdims });

  const logits = linear(graph, normalize(graph, spec, streams, 'final.norm'), [unembeddingName(spec)]);
  // z - max, so that nothing overflows: S = Σ exp(z), H = ln S - Σ exp(z) z / S.
  const shifted = graph.node('Sub', [logits, overVocabulary('ReduceMax', logits, 1)]);
  const weight = graph.node('Exp', [shifted]);
  const sum = overVocabulary('ReduceSum', weight, 1);
  const mean = graph.node('Div', [overVocabulary('ReduceSum', graph.node('Mul', [weight, shifted]), 1), sum]);
  const entropy = graph.node('Squeeze', [graph.node('Sub', [graph.node('Log', [sum]), mean]), graph.integers(1)]);
  const probabilityOf = (value: Value): Value => graph.node('Div', [graph.node('Exp', [value]), sum]);

  const target = graph.node('GatherElements', [shifted, targets], { axis: 1 });
  const floats = { to: 1 } as const;
  const scalar = (value: number): Value => graph.node('Squeeze', [graph.integers(value)]);
  const earlier = graph.node('Less', [graph.node('Range', [scalar(0), scalar(spec.vocabulary), scalar(1)]), targets]);
  const equal = graph.node('And', [graph.node('Equal', [shifted, target]), earlier]);
  const before = graph.node('Or', [graph.node('Greater', [shifted, target]), equal]);
  const above = overVocabulary('ReduceSum', graph.node('Cast', [before], floats), 0);

  const [values = shifted, ids = shifted] = graph.several('TopK', [shifted, count], 2, { axis: 1 });
  graph.output('entropy', entropy, ['N']);
  graph.output('probability', probabilityOf(target), ['N', 1]);
  graph.output('above', above, ['N']);
  graph.output('ids', graph.node('Cast', [ids], floats), ['N', 'count']);
  graph.output('probabilities', probabilityOf(values), ['N', 'count']);
  return graph.build('lens readings');
}
