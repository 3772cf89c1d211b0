import type { Tensor } from 'onnxruntime-node';
import type { DecoderSpec } from '../graph/decoder-spec';
import type { PassOutput } from './decoder';
import { floats } from './onnx-session';

/**
 * Arrays that a pass of one new position in each of R rows writes its outputs into. The runtime's own would be copied once on their way here
 * and again when they are cut into rows; these are the rows' own.
 */
export class StepOutputs {
  /** By the names of the graph's outputs. */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** [L · R, Hkv, Hd, 1] */
  readonly keys: Float32Array;
  readonly values: Float32Array;
  private readonly logits: Float32Array;
  private readonly probabilities: Float32Array;
  private readonly hidden: Float32Array;
  private readonly residual: Float32Array;

  constructor(
    private readonly spec: DecoderSpec,
    private readonly rows: number,
  ) {
    const { layers, vocabulary, width, keyValueHeads, headWidth } = spec;
    const added = rows * layers * keyValueHeads * headWidth;
    this.keys = new Float32Array(added);
    this.values = new Float32Array(added);
    this.logits = new Float32Array(rows * vocabulary);
    this.probabilities = new Float32Array(rows * vocabulary);
    this.hidden = new Float32Array(rows * width);
    this.residual = new Float32Array(rows * (layers + 1) * width);
    this.tensors = {
      logits: floats(this.logits, rows, vocabulary),
      probabilities: floats(this.probabilities, rows, vocabulary),
      hidden: floats(this.hidden, rows, width),
      residual: floats(this.residual, (layers + 1) * rows, width),
      keys: floats(this.keys, layers * rows, keyValueHeads, headWidth, 1),
      values: floats(this.values, layers * rows, keyValueHeads, headWidth, 1),
    };
  }

  /** What the pass says of one row. Hidden state and residual streams, which are kept and sent, in arrays of exactly their size. */
  row(place: number): PassOutput {
    const { layers, width, vocabulary } = this.spec;
    const of = (values: Float32Array, size: number): Float32Array => values.subarray(place * size, (place + 1) * size);
    const distribution = { logits: of(this.logits, vocabulary), probabilities: of(this.probabilities, vocabulary) };
    if (this.rows === 1) return { ...distribution, hidden: this.hidden, residual: this.residual };
    const residual = new Float32Array((layers + 1) * width);
    for (let stream = 0; stream <= layers; stream++) {
      const from = (stream * this.rows + place) * width;
      residual.set(this.residual.subarray(from, from + width), stream * width);
    }
    return { ...distribution, hidden: of(this.hidden, width).slice(), residual };
  }
}
