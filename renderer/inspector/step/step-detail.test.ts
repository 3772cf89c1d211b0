import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../testing/sample-run';
import { laneEntries } from '../shared/lane-entries';
import { emittedRank, stepAsJson, stepLink } from './step-detail';

const entries = laneEntries([sampleRun('run 1')]);

function stepOf(lane: number, index: number) {
  const entry = entries[lane];
  const record = entry?.branch?.steps.at(index);
  if (entry === undefined || record === undefined) throw new Error(`The sample has a step ${index} in lane ${lane}`);
  return { entry, step: { index, record } };
}

describe('stepAsJson', () => {
  it('holds what was recorded and where it came from', () => {
    const { entry, step } = stepOf(1, 1);
    const detail: unknown = JSON.parse(stepAsJson(entry, step));
    expect(detail).toMatchObject({
      run: 'run 1',
      lane: 1,
      step: 1,
      kind: 'token',
      forced: false,
      source: { seed: 7, how: 'captured in the generation pass', device: 'cpu', dtype: 'f32' },
    });
  });

  it('writes null, never NaN, for what a thought does not have', () => {
    const { entry, step } = stepOf(3, 1);
    expect(JSON.parse(stepAsJson(entry, step))).toMatchObject({
      kind: 'thought',
      emitted: null,
      logProbabilityNats: null,
      surprisalBits: null,
      rank: null,
    });
    expect(emittedRank(step.record)).toBeNull();
  });
});

describe('stepLink', () => {
  it('names run, lane and step', () => {
    const { entry } = stepOf(1, 1);
    expect(stepLink(entry, 1)).toBe('interlinear://run%201/1/1');
  });
});
