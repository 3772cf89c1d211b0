import { attention, type AttentionInputs, type Segment } from './attention';
import { type DecoderSpec, unembeddingName } from './decoder-spec';
import { GraphBuilder, type Value, type WeightPlace } from './graph-builder';
import { feedForward, linear, normalize } from './layers';

const layersOf = (spec: DecoderSpec): number[] => Array.from({ length: spec.layers }, (_, layer) => layer);

/**
 * The decoder as an ONNX model. Sizes: B rows, T new positions, P prompt positions, C places of the own segment,
 * S = P + C + T, R positions read out.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `embeddings` | [B, T, D] | vectors to be read: rows of the embedding table, or anything else |
 * | `positionIds` | int64 [B, T] | absolute positions: rows of the rotary tables, or of the learned one |
 * | `cosines`, `sines` | [M, Hd/2] | rotary tables, where positions are turned |
 * | `mask` | [B, 1, T, S] | added to the scores |
 * | `segments` | int64 [3] | P, C, T |
 * | `readout` | int64 [R] | which of the T positions are wanted in the outputs |
 * | `prompt.l.keys`, `prompt.l.values` | [1 or B, Hkv, P, Hd] | P may be 0 |
 * | `own.l.keys`, `own.l.values` | [B, Hkv, C, Hd] | C may be 0 |
 *
 * | output | shape | |
 * | --- | --- | --- |
 * | `logits` | [B, R, V] | |
 * | `hidden` | [B, R, D] | after the final norm |
 * | `residual` | [(L+1)·B, R, D] | stream 0 of all rows, then stream 1 … ; 0 = embeddings (with learned positions added), l = after layer l |
 * | `keys`, `values` | [L·B, Hkv, T, Hd] | of the new positions, to be appended to a cache |
 * | `attention.l` | [B, H, T, S] | probabilities; costs nothing unless it is fetched |
 */
export function buildDecoder(spec: DecoderSpec, weights: ReadonlyMap<string, WeightPlace>): Uint8Array {
  const graph = new GraphBuilder(weights);
  const { keyValueHeads, headWidth } = spec;
  const embeddings = graph.input('embeddings', ['B', 'T', spec.width]);
  const positions = graph.input('positionIds', ['B', 'T'], 'int64');
  const turned = spec.positions.kind === 'rotary';
  let stream = turned ? embeddings : graph.node('Add', [embeddings, graph.node('Gather', [graph.weight('positions'), positions])]);
  const inputs: AttentionInputs = {
    rotary: turned
      ? { positions, cosines: graph.input('cosines', ['M', headWidth / 2]), sines: graph.input('sines', ['M', headWidth / 2]) }
      : null,
    mask: graph.input('mask', ['B', 1, 'T', 'S']),
    segmentLengths: graph.input('segments', [3], 'int64'),
  };
  const readout = graph.input('readout', ['R'], 'int64');
  const readOut = (value: Value): Value => graph.node('Gather', [value, readout], { axis: 1 });

  const streams = [readOut(stream)];
  const added: Segment[] = [];
  for (const layer of layersOf(spec)) {
    const segment = (name: string, batch: string, positions: string): Segment => ({
      keys: graph.input(`${name}.${layer}.keys`, [batch, keyValueHeads, positions, headWidth]),
      values: graph.input(`${name}.${layer}.values`, [batch, keyValueHeads, positions, headWidth]),
    });
    const past = [segment('prompt', 'promptBatch', 'P'), segment('own', 'B', 'C')] as const;
    const prefix = `layer.${layer}`;
    const read = attention(graph, spec, `${prefix}.attention`, normalize(graph, spec, stream, `${prefix}.attention.norm`), past, inputs);
    const between = graph.node('Add', [stream, read.mixed]);
    stream = graph.node('Add', [
      between,
      feedForward(graph, spec, normalize(graph, spec, between, `${prefix}.feed-forward.norm`), `${prefix}.feed-forward`),
    ]);
    added.push(read.added);
    streams.push(readOut(stream));
    graph.output(`attention.${layer}`, read.probabilities, ['B', spec.heads, 'T', 'S']);
  }

  const hidden = normalize(graph, spec, streams.at(-1) ?? stream, 'final.norm');
  const stack = (values: readonly Value[]): Value => graph.node('Concat', values, { axis: 0 });
  graph.output('logits', linear(graph, hidden, unembeddingName(spec)), ['B', 'R', spec.vocabulary]);
  graph.output('hidden', hidden, ['B', 'R', spec.width]);
  graph.output('residual', stack(streams), ['streams', 'R', spec.width]);
  graph.output('keys', stack(added.map(({ keys }) => keys)), ['addedRows', keyValueHeads, 'T', headWidth]);
  graph.output('values', stack(added.map(({ values }) => values)), ['addedRows', keyValueHeads, 'T', headWidth]);
  return graph.build('decoder');
}

/** The logit lens as an ONNX model: `residual` [1, N, D] through final norm and unembedding to `logits` [1, N, V]. */
export function buildLens(spec: DecoderSpec, weights: ReadonlyMap<string, WeightPlace>): Uint8Array {
  const graph = new GraphBuilder(weights);
  const hidden = normalize(graph, spec, graph.input('residual', [1, 'N', spec.width]), 'final.norm');
  graph.output('logits', linear(graph, hidden, unembeddingName(spec)), [1, 'N', spec.vocabulary]);
  return graph.build('lens');
}
