import { type DecoderSpec, matrixParameters } from '../../graph/decoder-spec';
import { plainForward, type PlainPass, type PlainWeights } from './plain-forward';

/** What a model's first positions must be on every device: see `makeReference`. */
export interface ModelReference extends PlainPass {
  /** T tokens, read from position 0. */
  readonly ids: readonly number[];
  /** From the first; fewer than the model has where all would take too long. */
  readonly layers: number;
}

/** Products of a pass, and weights read for it, that are a few seconds' and some twenty seconds' work. */
const products = 1.2e9;
const weightsRead = 2e9;
const mostPositions = 8;

/** Tokens from all over the vocabulary, the same for every model of its size: a text would try fewer parts of the weights. */
function probe(vocabulary: number, positions: number): number[] {
  // Weyl's sequence: 2^32 divided by the golden ratio.
  return Array.from({ length: positions }, (_, i) => Math.floor(((Math.imul(i + 1, 0x9e37_79b9) >>> 0) / 2 ** 32) * vocabulary));
}

/** As many positions and layers as are computed in some seconds: for models of up to a billion parameters all layers. */
function extent(spec: DecoderSpec): { readonly positions: number; readonly layers: number } {
  const parameters = matrixParameters(spec);
  const positions = Math.max(2, Math.min(mostPositions, Math.round(products / parameters)));
  if (parameters <= weightsRead) return { positions, layers: spec.layers };
  const inLayer = (parameters - spec.vocabulary * spec.width) / spec.layers;
  return { positions, layers: Math.max(1, Math.min(spec.layers - 1, Math.floor(weightsRead / inLayer))) };
}

/** Residual streams and last logits of a short probe by plain arithmetic. */
export async function makeReference(spec: DecoderSpec, weights: PlainWeights): Promise<ModelReference> {
  const { positions, layers } = extent(spec);
  const ids = probe(spec.vocabulary, positions);
  return { ids, layers, ...(await plainForward({ spec, weights, ids, layers })) };
}
