import { toErrorReport } from '../contract/errors';
import type { ParityCheck } from '../contract/run';
import { relativeDifference } from '../measures/vectors';
import type { LoadedModel } from './decoder';
import { parityCheck, referenceTolerance, rounding } from './parity-check';

interface Difference {
  readonly place: string;
  readonly difference: number;
}

const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

/**
 * Parity of a model as it is loaded on its device with its reference: embeddings and every residual stream over a probe of a few tokens
 * (root mean square over its positions), and the logits after it, as plain double-precision arithmetic over the checkpoint's own numbers
 * gave them when the model was added (the embedded model: gives them when it is loaded). Checks that hold passes against each other pass
 * with weights that are wrong in all of them; this one fails when weights were damaged, converted or loaded wrongly, and when a device
 * computes wrongly in the same way every time. What the rounding of inputs with 4- and 8-bit weights hides it cannot see: that a
 * file has changed at all is told by its hash.
 * @returns null for a model without a reference
 */
export async function checkReference(model: LoadedModel): Promise<ParityCheck | null> {
  const { decoder, reference } = model;
  if (!reference) return null;
  const { ids, layers, residual, logits } = reference;
  const { width, vocabulary } = decoder;
  const name = 'equalsReference';
  const tolerance = referenceTolerance(decoder.inputBits);
  const span = layers === decoder.layers ? `all ${layers} layers` : `the first ${layers} of ${decoder.layers} layers`;
  try {
    const sequence = new Float32Array(ids.length * width);
    ids.forEach((id, i) => sequence.set(decoder.embedding(id), i * width));
    const full = await decoder.full(sequence);
    const at = (stream: number, position: number): [number, number] => {
      const from = (stream * ids.length + position) * width;
      return [from, from + width];
    };
    const streams = Array.from({ length: layers + 1 }, (_, stream): Difference => ({
      place: stream === 0 ? 'embeddings' : `layer ${stream}`,
      difference: rootMeanSquare(
        ids.map((_id, position) =>
          relativeDifference(full.residual.subarray(...at(stream, position)), residual.subarray(...at(stream, position))),
        ),
      ),
    }));
    const last = logits && { place: 'logits', difference: relativeDifference(full.logits.subarray(-vocabulary), logits) };
    const differences = [...streams, ...(last ? [last] : [])];
    const worst = differences.reduce((most, each) => (each.difference > most.difference ? each : most));
    const apart = differences.find(({ difference }) => difference > tolerance);
    const where = apart ? `apart from ${apart.place} on` : `most at ${worst.place}`;
    const compared = `residual streams of ${span} over ${ids.length} positions${logits ? ', and the last logits' : ''}, against plain arithmetic, relative to their size; ${where}`;
    return parityCheck(name, worst.difference, compared, {
      measure: relativeDifference,
      tolerance,
      unit: rounding[decoder.inputBits],
    });
  } catch (thrown) {
    const compared = `nothing: reading the probe failed (${toErrorReport(thrown).message})`;
    return parityCheck(name, Infinity, compared, { measure: relativeDifference, tolerance, unit: '' });
  }
}
