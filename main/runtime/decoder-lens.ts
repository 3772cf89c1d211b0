import { setImmediate } from 'node:timers/promises';
import { buildLens } from '../graph/decoder-graph';
import { type DecoderSpec, unembeddingName } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import type { Decoder } from './decoder';
import { IdleSession } from './idle-session';
import { LensReadings } from './lens-readings';
import { readLens } from './logit-lens';
import { createSession, floats, floatsOf, type SessionSettings } from './onnx-session';
import { readWeight, WeightMatrix } from './weight-matrix';

/** Rows of the unembedding that a lens goes through before others get their turn. */
const rowsAtOnce = 512;

/** The lens of a decoder, in the three ways it can be asked. */
export class DecoderLens implements Pick<Decoder, 'lens' | 'lenses' | 'readings'> {
  private readonly unembedding: WeightMatrix;
  private readonly finalScale: Float32Array;
  private readonly finalBias: Float32Array | null;
  private readonly session: IdleSession;
  private readonly packed: LensReadings;

  /** @param table the input embeddings, which may be the unembedding too */
  constructor(
    private readonly spec: DecoderSpec,
    weights: Weights,
    table: WeightMatrix,
    settings: SessionSettings,
  ) {
    this.unembedding = spec.tiedUnembedding ? table : new WeightMatrix(weights, unembeddingName(spec), spec.vocabulary, spec.width);
    this.finalScale = readWeight(weights, 'final.norm');
    this.finalBias = spec.normalization.kind === 'layer' ? readWeight(weights, 'final.norm.bias') : null;
    const { unembedding, finalScale, finalBias } = this;
    this.packed = new LensReadings({ spec, weights, unembedding, finalScale, finalBias, threads: settings.threads });
    this.session = new IdleSession(async () => createSession(buildLens(spec, weights.places, settings.arithmetic), weights, settings));
  }

  async lens(residuals: Float32Array): Promise<Float32Array> {
    const { vocabulary, width, normalization } = this.spec;
    const count = this.countOf(residuals);
    const { finalScale: scale, finalBias: bias, unembedding } = this;
    const logits = new Float32Array(count * vocabulary);
    const room = new Float32Array(rowsAtOnce * width);
    for (let row = 0; row < vocabulary; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, vocabulary - row);
      const part = readLens({ scale, bias, epsilon: normalization.epsilon, unembedding: unembedding.rows(row, rows, room) }, residuals);
      for (let stream = 0; stream < count; stream++)
        logits.set(part.subarray(stream * rows, (stream + 1) * rows), stream * vocabulary + row);
      await setImmediate();
    }
    return logits;
  }

  async lenses(residuals: Float32Array): Promise<Float32Array> {
    const count = this.countOf(residuals);
    if (count === 0) return new Float32Array(0);
    return this.session.use(async (lens) => floatsOf(await lens.run({ residual: floats(residuals, count, this.spec.width) }), 'logits'));
  }

  async readings(residuals: Float32Array, targets: readonly number[], count: number): Promise<Float32Array<ArrayBuffer>> {
    return this.packed.read(residuals, targets, count);
  }

  async dispose(): Promise<void> {
    await this.session.dispose();
    await this.packed.dispose();
  }

  private countOf(residuals: Float32Array): number {
    const { width } = this.spec;
    const count = residuals.length / width;
    if (!Number.isInteger(count)) throw new RangeError(`${residuals.length} numbers are not whole residual streams of ${width}`);
    return count;
  }
}
