import { setImmediate } from 'node:timers/promises';
import { InterlinearError } from '../contract/errors';
import { encodeReadings, readingLength } from '../contract/frame';
import { bits } from '../contract/ids';
import type { LayerReading } from '../contract/steps';
import type { LogitReading } from '../kernels/logit-parts';
import { norm } from '../measures/vectors';

/** Reads the lens of some residual streams [N, D], with N tokens whose probability and rank are wanted and the candidates to keep. */
export interface PassLens {
  /** Streams that are read at once at the most. */
  readonly together: number;
  read(residuals: Float32Array, targets: readonly number[], count: number): Promise<readonly LogitReading[]>;
}

/**
 * Reads many, some at a time; others have their turn between.
 * @param residuals [N, width]
 * @returns N readings, packed: see `encodeReadings`
 * @throws InterlinearError `bad-model` when the logits are not numbers
 */
export async function packReadings(
  lens: PassLens,
  width: number,
  residuals: Float32Array,
  targets: readonly number[],
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  if (residuals.length !== targets.length * width)
    throw new RangeError(`${residuals.length} numbers are not ${targets.length} residual streams of ${width}`);
  const length = readingLength(count);
  const packed = new Float32Array(targets.length * length);
  for (let first = 0; first < targets.length; first += lens.together) {
    const rows = targets.slice(first, first + lens.together);
    const streams = residuals.slice(first * width, (first + rows.length) * width);
    const read = await lens.read(streams, rows, count);
    const readings = read.map((reading, row) => layerReading(reading, norm(streams.subarray(row * width, (row + 1) * width))));
    packed.set(encodeReadings(readings, count), first * length);
    await setImmediate();
  }
  return packed;
}

function layerReading({ entropy, probability, above, ids, probabilities }: LogitReading, ofStream: number): LayerReading {
  if (!Number.isFinite(entropy))
    throw new InterlinearError('bad-model', 'The model gave logits that are not numbers.', 'Check the weights, or choose another device.');
  const inBits = bits(Math.max(0, entropy) / Math.LN2);
  return { norm: ofStream, probability, rank: 1 + above, entropy: inBits, top: { ids, probabilities } };
}
