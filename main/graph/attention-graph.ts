import { attentionProbabilities } from './attention';
import type { DecoderSpec } from './decoder-spec';
import { GraphBuilder, type WeightPlace } from './graph-builder';
import { normalize } from './layers';

/**
 * Where one layer of the decoder looks, as an ONNX model of its own: the decoder's passes give the streams that lead into the layer, and
 * keep no layer's probabilities to their end. Sizes: T new positions, P places of keys before them (at least 1, filled or masked), S = P + T.
 *
 * | input | shape | |
 * | --- | --- | --- |
 * | `residual` | [T, D] | the residual stream before the layer |
 * | `positionIds` | int64 [1, T] | |
 * | `cosines`, `sines` | [M, Hd/2] | rotary tables, where positions are turned |
 * | `headShape` | int64 [4] | 1, T, H + 2 Hkv, Hd |
 * | `mask` | [1, 1, 1, T, S] | added to the scores |
 * | `keys` | [1, Hkv, 1, Hd, P] | |
 *
 * Output: `attention` [1, Hkv, H/Hkv, T, S].
 */
export function buildLayerAttention(spec: DecoderSpec, weights: ReadonlyMap<string, WeightPlace>, layer: number): Uint8Array {
  const graph = new GraphBuilder(weights);
  const { width, heads, keyValueHeads, headWidth } = spec;
  const prefix = `layer.${layer}.attention`;
  const x = normalize(graph, spec, graph.input('residual', ['T', width]), `${prefix}.norm`);
  const rotary =
    spec.positions.kind === 'rotary'
      ? {
          positions: graph.input('positionIds', [1, 'T'], 'int64'),
          cosines: graph.input('cosines', ['M', headWidth / 2]),
          sines: graph.input('sines', ['M', headWidth / 2]),
        }
      : null;
  const inputs = { headShape: graph.input('headShape', [4], 'int64'), rotary, mask: graph.input('mask', [1, 1, 1, 'T', 'S']) };
  const keys = graph.input('keys', [1, keyValueHeads, 1, headWidth, 'P']);
  const { probabilities } = attentionProbabilities(graph, spec, prefix, x, [keys], inputs);
  graph.output('attention', probabilities, [1, keyValueHeads, heads / keyValueHeads, 'T', 'S']);
  return graph.build('attention');
}
