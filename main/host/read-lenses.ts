import { setImmediate } from 'node:timers/promises';
import { InterlinearError } from '../contract/errors';
import { encodeLayers, type FrameLayout } from '../contract/frame';
import { modelOfLane } from '../contract/lane-models';
import type { StepRecord } from '../contract/steps';
import { layerReading, readLens } from '../measures/lens-reading';
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
  const packed: Float32Array[] = [];
  for (const step of steps) {
    packed.push(encodeLayers(await readStep(source, decoder, layout, step), layout));
    // Other requests, and the ticks of a run, come between.
    await setImmediate();
  }
  const all = new Float32Array(packed.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of packed) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

async function readStep(source: RunSource, decoder: Decoder, layout: FrameLayout, step: StepRecord): Promise<StepRecord['layers']> {
  const { width, vocabulary } = decoder;
  const { data } = await source.tap(step.lane, step.branch, step.index, 'residual');
  const below = layout.streams - 1;
  const portion = Math.max(1, Math.floor(mostLogits / vocabulary));
  const layers: StepRecord['layers'][number][] = [];
  for (let start = 0; start < below; start += portion) {
    const end = Math.min(below, start + portion);
    const logits = await decoder.lenses(data.slice(start * width, end * width));
    for (let stream = start; stream < end; stream++) {
      const row = stream - start;
      const lens = readLens(
        data.subarray(stream * width, (stream + 1) * width),
        logits.subarray(row * vocabulary, (row + 1) * vocabulary),
        layout.lens,
      );
      layers.push(layerReading(lens, step.targetId));
    }
  }
  const last = step.layers[below];
  if (!last) throw new InterlinearError('bad-trace', 'A step lacks the reading of its last layer.', 'Run the prompt again.');
  return [...layers, last];
}
