import { setImmediate } from 'node:timers/promises';
import { InterlinearError } from '../contract/errors';
import { encodeReadings, readingLength } from '../contract/frame';
import { bits } from '../contract/ids';
import type { LayerReading } from '../contract/steps';
import type { LogitReading } from '../kernels/logit-parts';
import type { QuickStep } from '../kernels/quick-pass';
import { norm } from '../measures/vectors';

/** Reads the lens of some residual streams [N, D], with N tokens whose probability and rank are wanted and the candidates to keep. */
export interface PassLens {
  /** Streams that are read at once at the most. */
  readonly together: number;
  read(residuals: Float32Array, targets: readonly number[], count: number): Promise<readonly LogitReading[]>;
}

/** What computes passes reads the lens too. */
export interface LensOfPasses extends PassLens {
  /** Reads many streams over the tokens that matter (see `QuickLens`), [steps, streams], null where these are too many; null where it cannot. */
  readonly quickly: ((steps: readonly QuickStep[], count: number) => Promise<readonly (readonly (LogitReading | null)[])[]>) | null;
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

/**
 * The same of all streams of some steps over the tokens that matter, in full where these are too many.
 * @returns readings [steps, streams], packed
 * @throws as `packReadings`
 */
export async function packQuickReadings(
  lens: PassLens,
  readQuickly: NonNullable<LensOfPasses['quickly']>,
  width: number,
  steps: readonly QuickStep[],
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const length = readingLength(count);
  const all = await readQuickly(steps, count);
  const readings: LayerReading[] = [];
  const missing: { readonly place: number; readonly residual: Float32Array; readonly target: number }[] = [];
  for (const [step, { streams, target }] of steps.entries()) {
    for (const [stream, reading] of (all[step] ?? []).entries()) {
      const residual = streams.subarray(stream * width, (stream + 1) * width);
      if (reading === null) missing.push({ place: readings.length, residual, target });
      readings.push(reading === null ? notYet : layerReading(reading, norm(residual)));
    }
  }
  const packed = encodeReadings(readings, count);
  const residuals = new Float32Array(missing.length * width);
  for (const [row, { residual }] of missing.entries()) residuals.set(residual, row * width);
  const targets = missing.map(({ target }) => target);
  const inFull = await packReadings(lens, width, residuals, targets, count);
  for (const [row, { place }] of missing.entries()) packed.set(inFull.subarray(row * length, (row + 1) * length), place * length);
  return packed;
}

const notYet: LayerReading = { norm: NaN, probability: NaN, rank: NaN, entropy: bits(NaN), top: { ids: [], probabilities: [] } };

function layerReading({ entropy, probability, above, ids, probabilities }: LogitReading, ofStream: number): LayerReading {
  if (!Number.isFinite(entropy))
    throw new InterlinearError('bad-model', 'The model gave logits that are not numbers.', 'Check the weights, or choose another device.');
  const inBits = bits(Math.max(0, entropy) / Math.LN2);
  return { norm: ofStream, probability, rank: 1 + above, entropy: inBits, top: { ids, probabilities } };
}
