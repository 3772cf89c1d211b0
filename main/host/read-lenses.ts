import { setImmediate } from 'node:timers/promises';
import { InterlinearError } from '../contract/errors';
import { encodeLayers, layersPlace } from '../contract/frame';
import { modelOfLane } from '../contract/lane-models';
import type { LayerReading } from '../contract/steps';
import type { Decoder } from '../runtime/decoder';
import type { RunSource } from './run-source';

/** Logits held at once: 8 MiB. */
const mostLogits = 1 << 21;

/** Steps of one branch whose lenses are wanted. */
export interface LensRange {
  readonly lane: number;
  readonly branch: number;
  readonly first: number;
  readonly count: number;
}

/**
 * Reads the lens of every layer of some steps from the streams kept of them, as a run does where it can afford to. The last layer keeps the
 * reading it has: that of the pass's own logits.
 * @returns packed layers of each step there is, one after the other: see `encodeLayers`
 */
export async function readLenses(source: RunSource, decoder: Decoder, range: LensRange): Promise<Float32Array<ArrayBuffer>> {
  const { first, count, lane, branch } = range;
  const { layout } = modelOfLane(source.info, lane);
  const steps = await source.steps(lane, branch, first, count);
  const below = layout.streams - 1;
  const streams = new Float32Array(steps.length * below * decoder.width);
  for (const [i, step] of steps.entries()) {
    const { data } = await source.tap(lane, branch, step.index, 'residual');
    streams.set(data.subarray(0, below * decoder.width), i * below * decoder.width);
  }
  const targets = steps.flatMap(({ targetId }) => Array.from({ length: below }, () => targetId));
  const readings = await readAll(decoder, streams, targets, layout.lens);
  const { length } = layersPlace(layout);
  const packed = new Float32Array(steps.length * length);
  for (const [i, { layers }] of steps.entries()) {
    const last = layers[below];
    if (!last) throw new InterlinearError('bad-trace', 'A step lacks the reading of its last layer.', 'Run the prompt again.');
    packed.set(encodeLayers([...readings.slice(i * below, (i + 1) * below), last], layout), i * length);
  }
  return packed;
}

/** Readings of all rows, a few at a time: other requests, and the ticks of a run, come between. */
async function readAll(decoder: Decoder, streams: Float32Array, targets: readonly number[], count: number): Promise<LayerReading[]> {
  const portion = Math.max(1, Math.floor(mostLogits / decoder.vocabulary));
  const readings: LayerReading[] = [];
  for (let row = 0; row < targets.length; row += portion) {
    const part = streams.slice(row * decoder.width, (row + portion) * decoder.width);
    readings.push(...(await decoder.readings(part, targets.slice(row, row + portion), count)));
    await setImmediate();
  }
  return readings;
}
