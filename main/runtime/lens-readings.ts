import type { InferenceSession } from 'onnxruntime-node';
import { setImmediate } from 'node:timers/promises';
import { type DecoderSpec, unembeddingName } from '../graph/decoder-spec';
import { type WeightPlace, type Weights, weightsInMemory } from '../graph/graph-builder';
import { buildLensReadings } from '../graph/lens-graph';
import type { LogitReading } from '../kernels/logit-parts';
import { IdleSession } from './idle-session';
import { createSession, floats, floatsOf, integers } from './onnx-session';
import { packReadings } from './packed-readings';
import type { WeightMatrix } from './weight-matrix';

/** An unembedding up to this size, in bytes of 32-bit floats, is unpacked for reading: many rows at once go through it more than twice as fast. */
const largestUnpacked = 2 ** 28;
/** Rows unpacked before others get their turn. */
const rowsAtOnce = 2048;
/**
 * Logits of one pass, 12 MiB: 64 streams of SmolLM2. With fewer the whole unembedding goes through memory more often, with more the logits
 * do: passes of 32, 64 and 128 streams took 1.20, 1.14 and 1.06 ms a stream, and the process 450, 499 and 597 MB.
 */
const mostLogits = 3 * 2 ** 20;

interface LensSource {
  readonly spec: DecoderSpec;
  /** As the model stores them. */
  readonly weights: Weights;
  readonly unembedding: WeightMatrix;
  readonly finalScale: Float32Array;
  readonly finalBias: Float32Array | null;
  readonly threads: number;
}

/** Reads the lens of many residual streams at once, on the processor. What it needs for that is made at the first reading and freed when nobody reads. */
export class LensReadings {
  readonly #session = new IdleSession(async () => this.#open());

  constructor(private readonly source: LensSource) {}

  /** Makes what the first reading would have to wait for. */
  async prepare(): Promise<void> {
    await this.#session.use(async () => Promise.resolve());
  }

  /**
   * @param residuals [N, D]
   * @param targets N token ids
   * @param count candidates kept
   * @returns N readings, packed: see `encodeReadings`
   * @throws InterlinearError `bad-model` when the logits are not numbers
   */
  async read(residuals: Float32Array, targets: readonly number[], count: number): Promise<Float32Array<ArrayBuffer>> {
    const { width, vocabulary } = this.source.spec;
    const together = Math.max(1, Math.floor(mostLogits / vocabulary));
    return packReadings(
      { together, read: async (...rows) => this.#session.use(async (session) => this.#pass(session, ...rows)) },
      width,
      residuals,
      targets,
      count,
    );
  }

  async dispose(): Promise<void> {
    await this.#session.dispose();
  }

  async #pass(session: InferenceSession, residuals: Float32Array, targets: readonly number[], count: number): Promise<LogitReading[]> {
    const { width, vocabulary } = this.source.spec;
    const rows = targets.length;
    const kept = Math.min(count, vocabulary);
    const outputs = await session.run({
      residual: floats(residuals, rows, width),
      targets: integers(targets, rows, 1),
      count: integers([kept]),
    });
    const [entropy, probability, above, ids, probabilities] = ['entropy', 'probability', 'above', 'ids', 'probabilities'].map((name) =>
      floatsOf(outputs, name),
    );
    const part = (values: Float32Array | undefined, row: number): number[] => [...(values?.subarray(row * kept, (row + 1) * kept) ?? [])];
    return targets.map((_, row) => ({
      entropy: entropy?.[row] ?? NaN,
      probability: probability?.[row] ?? NaN,
      above: above?.[row] ?? NaN,
      ids: part(ids, row),
      probabilities: part(probabilities, row),
    }));
  }

  async #open(): Promise<InferenceSession> {
    const { spec, weights, threads } = this.source;
    const used = await this.#unpacked();
    const graph = buildLensReadings(spec, used?.places ?? weights.places);
    return createSession(graph, used ?? weights, { device: 'cpu', threads, spinning: false });
  }

  /** The lens' weights as 32-bit floats; null where they are floats already, or too large. */
  async #unpacked(): Promise<Weights | null> {
    const { spec, weights, unembedding, finalScale, finalBias } = this.source;
    const { vocabulary, width } = spec;
    const name = unembeddingName(spec);
    if (weights.places.has(name) || 4 * vocabulary * width > largestUnpacked) return null;
    const parts = [finalScale, ...(finalBias ? [finalBias] : [])];
    const values = new Float32Array(vocabulary * width + parts.length * width);
    for (let row = 0; row < vocabulary; row += rowsAtOnce) {
      values.set(unembedding.rows(row, Math.min(rowsAtOnce, vocabulary - row)), row * width);
      await setImmediate();
    }
    const places = new Map<string, WeightPlace>();
    places.set(name, { shape: [vocabulary, width], offset: 0, byteLength: 4 * vocabulary * width });
    parts.forEach((part, i) => {
      const at = vocabulary * width + i * width;
      values.set(part, at);
      places.set(i === 0 ? 'final.norm' : 'final.norm.bias', { shape: [width], offset: 4 * at, byteLength: 4 * width });
    });
    return weightsInMemory(new Uint8Array(values.buffer), places);
  }
}
