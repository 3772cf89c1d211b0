import { expect, it } from 'vitest';
import type { BranchRecord } from '../../../main/contract/run';
import type { LaneView } from '../../state/run-view';
import { sampleTextRun } from '../../testing/sample-text-run';
import { laneStatus } from './lane-status';

const run = sampleTextRun();
const [lane] = run.lanes;
if (lane === undefined) throw new Error('No lane');

const ended = (states: readonly BranchRecord['state'][]): LaneView => ({
  ...lane,
  branches: lane.branches
    .slice(0, states.length)
    .map((branch, place) => ({ ...branch, record: branch.record && { ...branch.record, state: states[place] ?? 'done' } })),
});

it('says how much of a lane was ended by its limit of steps', () => {
  expect(laneStatus(run, ended(['done', 'done'])).facts).toBe('2 branches');
  expect(laneStatus(run, ended(['done', 'cut'])).facts).toBe('2 branches, 1 cut');
  expect(laneStatus(run, ended(['done'])).facts).toBe('12 steps');
  expect(laneStatus(run, ended(['cut'])).facts).toBe('12 steps, cut');
});
