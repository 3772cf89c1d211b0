import { attention, type AttentionInputs, type Segment } from './attention';
import { type DecoderSpec, unembeddingName } from './decoder-spec';
import { type Arithmetic, GraphBuilder, type Value, type WeightPlace } from './graph-builder';
import { addAndNormalize, feedForward, linear, normalize } from './layers';

const layersOf = (spec: DecoderSpec): number[] => Array.from({ length: spec.layers }, (_, layer) => layer);

/**
 * The decoder as an ONNX model. Sizes: B rows, T new positions, P prompt positions, C places of the own segment,
 * S = P + C + T, R positions of all rows read out, Q positions of all rows tapped.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `embeddings` | [B, T, D] | vectors to be read: rows of the embedding table, or anything else |
 * | `positionIds` | int64 [B, T] | absolute positions: rows of the rotary tables, or of the learned one |
 * | `cosines`, `sines` | [M, Hd/2] | rotary tables, where positions are turned |
 * | `headShape` | int64 [4] | B, T, H + 2 Hkv, Hd |
 * | `mask` | [B, 1, 1, T, S] | added to the scores |
 * | `segments` | int64 [3] | P, C, T |
 * | `readout` | int64 [R] | of which of the B·T positions the distribution is wanted |
 * | `tapped` | int64 [Q] | … and of which the vectors |
 * | `prompt.l.keys`, `prompt.l.values` | [1 or B, Hkv, 1, Hd, P] | P at least 1 |
 * | `own.l.keys`, `own.l.values` | [B, Hkv, 1, Hd, C] | C at least 1 |
 *
 * | output | shape | |
 * | --- | --- | --- |
 * | `logits` | [R, V] | |
 * | `hidden` | [Q, D] | after the final norm |
 * | `residual` | [(L+1)·Q, D] | stream 0 of all rows, then stream 1 … ; 0 = embeddings (with learned positions added), l = after layer l |
 * | `keys`, `values` | [L·B, Hkv, Hd, T] | of the new positions, to be appended to a cache |
 *
 * P and C may not be 0: see `emptyPlaces` in `runtime/onnx-passes.ts`.
 */
export function buildDecoder(spec: DecoderSpec, weights: ReadonlyMap<string, WeightPlace>, arithmetic?: Arithmetic): Uint8Array {
  const graph = new GraphBuilder(weights, arithmetic);
  const { keyValueHeads, headWidth, width } = spec;
  const embeddings = graph.input('embeddings', ['B', 'T', width]);
  const positions = graph.input('positionIds', ['B', 'T'], 'int64');
  const turned = spec.positions.kind === 'rotary';
  const placed = turned ? embeddings : graph.node('Add', [embeddings, graph.node('Gather', [graph.weight('positions'), positions])]);
  // Rows of a matrix from here on: products with weights take no other shape.
  let stream = graph.node('Reshape', [placed, graph.integers(-1, width)]);
  const inputs: AttentionInputs = {
    headShape: graph.input('headShape', [4], 'int64'),
    rotary: turned
      ? { positions, cosines: graph.input('cosines', ['M', headWidth / 2]), sines: graph.input('sines', ['M', headWidth / 2]) }
      : null,
    mask: graph.input('mask', ['B', 1, 1, 'T', 'S']),
  };
  const lengths = graph.input('segments', [3], 'int64');
  const tapped = graph.input('tapped', ['Q'], 'int64');
  const at = (value: Value, positions: Value): Value => graph.node('Gather', [value, positions], { axis: 0 });

  const streams = [at(stream, tapped)];
  const added: Segment[] = [];
  const normOf = (layer: number): string => (layer < spec.layers ? `layer.${layer}.attention.norm` : 'final.norm');
  let normalized = normalize(graph, spec, stream, normOf(0));
  for (const layer of layersOf(spec)) {
    const segment = (name: string, batch: string, positions: string): Segment => ({
      keys: graph.input(`${name}.${layer}.keys`, [batch, keyValueHeads, 1, headWidth, positions]),
      values: graph.input(`${name}.${layer}.values`, [batch, keyValueHeads, 1, headWidth, positions]),
    });
    const past = [segment('prompt', 'promptBatch', 'P'), segment('own', 'B', 'C')] as const;
    const prefix = `layer.${layer}`;
    const read = attention(graph, spec, `${prefix}.attention`, normalized, past, inputs, lengths);
    const between = addAndNormalize(graph, spec, stream, read.mixed, `${prefix}.feed-forward.norm`);
    const fed = feedForward(graph, spec, between.normalized, `${prefix}.feed-forward`);
    const after = addAndNormalize(graph, spec, between.sum, fed, normOf(layer + 1));
    stream = after.sum;
    normalized = after.normalized;
    added.push(read.added);
    streams.push(at(stream, tapped));
  }

  const logits = linear(graph, at(normalized, graph.input('readout', ['R'], 'int64')), [unembeddingName(spec)]);
  const stack = (values: readonly Value[]): Value => graph.node('Concat', values, { axis: 0 });
  const positionsLast = (values: readonly Value[]): Value => graph.node('Transpose', [stack(values)], { perm: [0, 1, 3, 2] });
  graph.output('logits', logits, ['R', spec.vocabulary]);
  graph.output('hidden', at(normalized, tapped), ['Q', width]);
  graph.output('residual', stack(streams), ['streams', width]);
  graph.output('keys', positionsLast(added.map(({ keys }) => keys)), ['addedRows', keyValueHeads, headWidth, 'T']);
  graph.output('values', positionsLast(added.map(({ values }) => values)), ['addedRows', keyValueHeads, headWidth, 'T']);
  return graph.build('decoder');
}

/** The logit lens as an ONNX model: `residual` [N, D] through final norm and unembedding to `logits` [N, V]. */
export function buildLens(spec: DecoderSpec, weights: ReadonlyMap<string, WeightPlace>, arithmetic?: Arithmetic): Uint8Array {
  const graph = new GraphBuilder(weights, arithmetic);
  const hidden = normalize(graph, spec, graph.input('residual', ['N', spec.width]), 'final.norm');
  graph.output('logits', linear(graph, hidden, [unembeddingName(spec)]), ['N', spec.vocabulary]);
  return graph.build('lens');
}
