import { InterlinearError } from '../contract/errors';
import { readingLength } from '../contract/frame';
import { modelOfLane } from '../contract/lane-models';
import { isCoarse } from '../contract/lens-order';
import type { QuickStep } from '../kernels/quick-pass';
import type { RunSource } from './run-source';

/** N streams [N, D] and the tokens their lenses are asked about. */
export interface LensRows {
  readonly residuals: Float32Array<ArrayBuffer>;
  readonly targets: readonly number[];
}

/**
 * Readings of streams, packed as `encodeReadings` does; whoever makes them. Coarse ones come before others.
 * @param gather the streams, when it is their turn
 */
export type ReadLens = (gather: () => Promise<LensRows>, count: number, isCoarse: boolean) => Promise<Float32Array<ArrayBuffer>>;

/**
 * The same of all streams below the last of some steps, over the tokens that matter; null where the model's lens is not read so.
 * @param gather the steps, when it is their turn
 */
export type ReadQuickLenses = (gather: () => Promise<readonly QuickStep[]>, count: number) => Promise<Float32Array<ArrayBuffer> | null>;

/** Streams of some steps of one branch whose lenses are wanted. */
export interface LensRange {
  readonly lane: number;
  readonly branch: number;
  readonly first: number;
  readonly count: number;
  /** Below the last, which every step has a reading of: that of its pass's own logits. */
  readonly streams: readonly number[];
}

/**
 * Reads the lens of some layers of some steps from the streams kept of them, as a run does where it can afford to.
 * @returns packed readings [steps there are, streams]: see `encodeReadings`
 * @throws InterlinearError `bad-request` for a stream there is not, and whatever source and reader throw
 */
export async function readLenses(source: RunSource, read: ReadLens, range: LensRange): Promise<Float32Array<ArrayBuffer>> {
  const { first, count, lane, branch, streams } = range;
  const { layout, model } = modelOfLane(source.info, lane);
  const { width } = model;
  const missing = streams.find((stream) => stream >= layout.streams - 1);
  if (missing !== undefined) throw new InterlinearError('bad-request', `The model has no layer below its last whose stream is ${missing}.`);
  let rows = 0;
  const gather = async (): Promise<LensRows> => {
    const steps = await source.steps(lane, branch, first, count);
    const residuals = new Float32Array(steps.length * streams.length * width);
    for (const [i, step] of steps.entries()) {
      const { data } = await source.tap(lane, branch, step.index, 'residual');
      for (const [j, stream] of streams.entries())
        residuals.set(data.subarray(stream * width, (stream + 1) * width), (i * streams.length + j) * width);
    }
    const targets = steps.flatMap(({ targetId }) => streams.map(() => targetId));
    rows = targets.length;
    return { residuals, targets };
  };
  const packed = await read(gather, layout.lens, isCoarse(streams, layout.streams - 1));
  if (packed.length !== rows * readingLength(layout.lens)) throw new Error('Some streams have come back without a reading');
  return packed;
}

/**
 * Reads the lens of all layers below the last of some steps, over the tokens that matter.
 * @returns packed readings [steps there are, streams]; null where the model's lens is not read so
 * @throws whatever source and reader throw
 */
export async function readQuickLenses(
  source: RunSource,
  read: ReadQuickLenses,
  { first, count, lane, branch }: Omit<LensRange, 'streams'>,
): Promise<Float32Array<ArrayBuffer> | null> {
  const { layout, model } = modelOfLane(source.info, lane);
  return read(async () => {
    const before = Math.min(1, first);
    const records = await source.steps(lane, branch, first - before, before + count);
    const steps: QuickStep[] = [];
    for (const [i, { index, targetId, candidates }] of records.entries()) {
      if (i < before) continue;
      const { data } = await source.tap(lane, branch, index, 'residual');
      const previous = records[i - 1];
      steps.push({
        streams: data.subarray(0, (layout.streams - 1) * model.width),
        target: targetId,
        // What was read, and what is said at last, come up on the way.
        known: [...(previous ? [previous.targetId] : []), ...candidates.ids],
      });
    }
    return steps;
  }, layout.lens);
}
