import type { DecoderSpec } from './decoder-spec';
import type { GraphBuilder, Value } from './graph-builder';
import { linear, normalize } from './layers';

/**
 * Keys and values of positions already read, each [1 or B, Hkv, 1, Hd, positions]; batch 1 is shared by all rows. Position by position
 * along the last axis: a product of one row with it runs through memory in order, without being repacked first.
 */
export interface Segment {
  readonly keys: Value;
  readonly values: Value;
}

/** What every layer's attention is told, the same for all of them. */
export interface AttentionInputs {
  /** int64 [4]: B, T, heads of queries, keys and values together, Hd. */
  readonly headShape: Value;
  /** int64 [B, T], row of the rotary tables for each new position, and the tables, [maximum, Hd / 2]; null where nothing turns. */
  readonly rotary: { readonly positions: Value; readonly cosines: Value; readonly sines: Value } | null;
  /** [B, 1, 1, T, S] added to the scores: 0 where a position may be seen, minus infinity where not. S counts all segments. */
  readonly mask: Value;
}

interface Scored {
  /** [B, Hkv, H / Hkv, T, S] */
  readonly probabilities: Value;
  /** Keys and values of the new positions, each [B, Hkv, T, Hd]. */
  readonly added: Segment;
}

/**
 * Where the new positions look: probabilities over the segments before them and themselves, under one softmax. Query heads that read the
 * same keys lie along an axis of their own, over which the keys are broadcast.
 * @param x [B·T, D], normalised
 * @param past keys of the segments, in order
 */
export function attentionProbabilities(
  graph: GraphBuilder,
  spec: DecoderSpec,
  prefix: string,
  x: Value,
  past: readonly Value[],
  inputs: AttentionInputs,
): Scored {
  const { heads, keyValueHeads, headWidth } = spec;
  const projections = ['query', 'key', 'value'].map((name) => `${prefix}.${name}`);
  const projected = linear(graph, x, projections, spec.attentionBiases.queryKeyValue);
  const perHead = graph.node('Transpose', [graph.node('Reshape', [projected, inputs.headShape])], { perm: [0, 2, 1, 3] });
  const [queries, keys, values] = queriesKeysValues(graph, spec, prefix, perHead, inputs.rotary);
  const scaled = graph.node('Mul', [grouped(graph, spec, queries, heads / keyValueHeads), graph.float(1 / Math.sqrt(headWidth))]);
  const scores = graph.node(
    'Concat',
    [
      ...past.map((segment) => graph.node('MatMul', [scaled, segment])),
      graph.node('com.microsoft:FusedMatMul', [scaled, grouped(graph, spec, keys, 1)], { transB: 1 }),
    ],
    { axis: 4 },
  );
  return { probabilities: graph.node('Softmax', [graph.node('Add', [scores, inputs.mask])], { axis: -1 }), added: { keys, values } };
}

export interface AttentionOutputs {
  /** [B·T, D], to be added to the residual stream. */
  readonly mixed: Value;
  /** Keys and values of the new positions, each [B, Hkv, T, Hd]. */
  readonly added: Segment;
}

/**
 * Attention of the new positions over the prompt's segment, the row's own and themselves. Written out rather than left to a fused operator:
 * those hand the whole cache back through their outputs, which costs more than the arithmetic, and hide the probabilities.
 * @param x [B·T, D], normalised
 * @param lengths int64 [3]: positions of the prompt segment, of the own segment and of the new one; their sum is S
 */
export function attention(
  graph: GraphBuilder,
  spec: DecoderSpec,
  prefix: string,
  x: Value,
  past: readonly [prompt: Segment, own: Segment],
  inputs: AttentionInputs,
  lengths: Value,
): AttentionOutputs {
  const pastKeys = past.map(({ keys }) => keys);
  const { probabilities, added } = attentionProbabilities(graph, spec, prefix, x, pastKeys, inputs);
  const [prompt = probabilities, own = probabilities, here = probabilities] = graph.split(probabilities, lengths, 3, 4);
  const read = graph.node('Sum', [
    graph.node('com.microsoft:FusedMatMul', [prompt, past[0].values], { transB: 1 }),
    graph.node('com.microsoft:FusedMatMul', [own, past[1].values], { transB: 1 }),
    graph.node('MatMul', [here, grouped(graph, spec, added.values, 1)]),
  ]);
  const positionsFirst = graph.node('Transpose', [read], { perm: [0, 3, 1, 2, 4] });
  const joined = graph.node('Reshape', [positionsFirst, graph.integers(-1, spec.heads * spec.headWidth)]);
  return { mixed: linear(graph, joined, [`${prefix}.output`], spec.attentionBiases.output), added };
}

/** [B, Hkv · group, T, Hd] as [B, Hkv, group, T, Hd]. */
function grouped(graph: GraphBuilder, { keyValueHeads, headWidth }: DecoderSpec, heads: Value, group: number): Value {
  return graph.node('Reshape', [heads, graph.integers(0, keyValueHeads, group, -1, headWidth)]);
}

/** [B, H + 2 Hkv, T, Hd] into queries, keys and values per head, normalised and turned as the model does it. */
function queriesKeysValues(
  graph: GraphBuilder,
  spec: DecoderSpec,
  prefix: string,
  perHead: Value,
  rotary: AttentionInputs['rotary'],
): readonly [queries: Value, keys: Value, values: Value] {
  const { heads, keyValueHeads } = spec;
  const cut = (value: Value, ...sizes: readonly number[]): Value[] => graph.split(value, graph.integers(...sizes), sizes.length, 1);
  const turn = (value: Value): Value =>
    rotary
      ? graph.node('com.microsoft:RotaryEmbedding', [value, rotary.positions, rotary.cosines, rotary.sines], { interleaved: 0 })
      : value;
  if (spec.queryKeyNormalization) {
    const [queries = perHead, keys = perHead, values = perHead] = cut(perHead, heads, keyValueHeads, keyValueHeads);
    const normalized = (value: Value, name: string): Value => turn(normalize(graph, spec, value, `${prefix}.${name}.norm`));
    return [normalized(queries, 'query'), normalized(keys, 'key'), values];
  }
  const [turning = perHead, values = perHead] = cut(perHead, heads + keyValueHeads, keyValueHeads);
  const [queries = perHead, keys = perHead] = cut(turn(turning), heads, keyValueHeads);
  return [queries, keys, values];
}
