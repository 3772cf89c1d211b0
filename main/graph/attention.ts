import type { DecoderSpec } from './decoder-spec';
import type { GraphBuilder, Value } from './graph-builder';
import { linear, normalize } from './layers';

/** Keys and values of positions already read, each [1 or B, Hkv, positions, Hd]; batch 1 is shared by all rows. */
export interface Segment {
  readonly keys: Value;
  readonly values: Value;
}

/** What every layer's attention is told, the same for all of them. */
export interface AttentionInputs {
  /** int64 [B, T], row of the rotary tables for each new position, and the tables, [maximum, Hd / 2]; null where nothing turns. */
  readonly rotary: { readonly positions: Value; readonly cosines: Value; readonly sines: Value } | null;
  /** [B, 1, T, S] added to the scores: 0 where a position may be seen, minus infinity where not. S counts all segments. */
  readonly mask: Value;
  /** int64 [3]: positions of the prompt segment, of the own segment and of the new one; their sum is S. */
  readonly segmentLengths: Value;
}

export interface AttentionOutputs {
  /** [B, T, D], to be added to the residual stream. */
  readonly mixed: Value;
  /** Keys and values of the new positions, each [B, Hkv, T, Hd]. */
  readonly added: Segment;
  /** [B, H, T, S] */
  readonly probabilities: Value;
}

/**
 * Attention of the new positions over the prompt's segment, the row's own and themselves, under one softmax. Written out rather
 * than left to a fused operator: those hand the whole cache back through their outputs, which costs more than the arithmetic,
 * and hide the probabilities.
 */
export function attention(
  graph: GraphBuilder,
  spec: DecoderSpec,
  prefix: string,
  x: Value,
  past: readonly [prompt: Segment, own: Segment],
  inputs: AttentionInputs,
): AttentionOutputs {
  const { heads, keyValueHeads, headWidth } = spec;
  const biased = spec.attentionBiases.queryKeyValue;

  const toHeads = (name: 'query' | 'key' | 'value', count: number): Value => {
    const projected = linear(graph, x, `${prefix}.${name}`, biased);
    const perHead = graph.node('Reshape', [projected, graph.integers(0, 0, count, headWidth)]);
    const scaled = spec.queryKeyNormalization && name !== 'value' ? normalize(graph, spec, perHead, `${prefix}.${name}.norm`) : perHead;
    return graph.node('Transpose', [scaled], { perm: [0, 2, 1, 3] });
  };
  const { rotary } = inputs;
  const turn = (perHead: Value): Value =>
    rotary
      ? graph.node('com.microsoft:RotaryEmbedding', [perHead, rotary.positions, rotary.cosines, rotary.sines], { interleaved: 0 })
      : perHead;

  const added: Segment = { keys: turn(toHeads('key', keyValueHeads)), values: toHeads('value', keyValueHeads) };
  const segments = [...past, added];

  // Query heads that read the same keys lie next to each other: they are handled as further rows of one head.
  const shared = heads !== keyValueHeads;
  const group = (perHead: Value): Value => (shared ? graph.node('Reshape', [perHead, graph.integers(0, keyValueHeads, -1, 0)]) : perHead);
  const ungroup = (perGroup: Value): Value => (shared ? graph.node('Reshape', [perGroup, graph.integers(0, heads, -1, 0)]) : perGroup);

  const queries = group(turn(toHeads('query', heads)));
  const scale = { transB: 1, alpha: { float: 1 / Math.sqrt(headWidth) } };
  const scores = graph.node(
    'Concat',
    segments.map(({ keys }) => graph.node('com.microsoft:FusedMatMul', [queries, keys], scale)),
    { axis: 3 },
  );
  const probabilities = graph.node('Softmax', [graph.node('Add', [ungroup(scores), inputs.mask])], { axis: -1 });

  const shares = graph.split(group(probabilities), inputs.segmentLengths, segments.length, 3);
  const read = graph.node(
    'Sum',
    segments.map(({ values }, i) => graph.node('MatMul', [shares[i] ?? probabilities, values])),
  );
  const positionsFirst = graph.node('Transpose', [ungroup(read)], { perm: [0, 2, 1, 3] });
  const joined = graph.node('Reshape', [positionsFirst, graph.integers(0, 0, heads * headWidth)]);
  return { mixed: linear(graph, joined, `${prefix}.output`, spec.attentionBiases.output), added, probabilities };
}
