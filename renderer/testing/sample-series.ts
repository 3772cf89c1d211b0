import { encodeSteps, stepLength } from '../../main/contract/frame';
import { PackedStepSeries } from '../state/packed-step-series';
import { sampleLayout } from './sample-run';
import { sampleSteps } from './sample-steps';

/** So many steps of one width, all ‘ word’, behind those there are. */
export function sampleSeries(
  vocabulary: readonly string[],
  length: number,
  steps: PackedStepSeries = new PackedStepSeries(sampleLayout),
): PackedStepSeries {
  const packed = encodeSteps(sampleSteps(0, 0, [{ token: ' word', heads: { ' word': 0.9 } }], vocabulary), sampleLayout);
  for (let i = 0; i < length; i++) {
    packed[2] = steps.length;
    steps.append(packed.subarray(0, stepLength(sampleLayout)), 0);
  }
  return steps;
}
