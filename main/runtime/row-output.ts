import type { DecoderSpec } from '../graph/decoder-spec';
import type { PassOutput } from './decoder';
import type { PassOutputs } from './passes';

/**
 * What a pass of one new position in each of `rows` rows says of one of them. The hidden state, which is kept, in an array of exactly its size.
 * @param room where its residual streams go, [L + 1, D]
 */
export function outputOfRow(spec: DecoderSpec, outputs: PassOutputs, rows: number, row: number, room?: Float32Array): PassOutput {
  const { layers, width, vocabulary } = spec;
  const of = (values: Float32Array, size: number): Float32Array => values.subarray(row * size, (row + 1) * size);
  const logits = of(outputs.logits, vocabulary);
  const walk = outputs.walks?.[row];
  const walked = walk && { walk };
  if (rows === 1) return { logits, hidden: outputs.hidden, residual: outputs.residual, ...walked };
  const residual = room ?? new Float32Array((layers + 1) * width);
  for (let stream = 0; stream <= layers; stream++) {
    const from = (stream * rows + row) * width;
    residual.set(outputs.residual.subarray(from, from + width), stream * width);
  }
  return { logits, hidden: of(outputs.hidden, width).slice(), residual, ...walked };
}
