import { expect, it } from 'vitest';
import { sampleRun } from '../testing/sample-run';
import { beginStep } from './begin-step';
import type { RunView } from './run-view';

/** The sample after so many ticks, under way or ended. */
const runAfter = (ticks: number, ended: boolean): RunView => {
  const run = sampleRun('sample', ticks);
  return { ...run, outcome: ended ? sampleRun().outcome : null };
};

it('waits for a step that the last lane has chosen itself', () => {
  expect(beginStep(runAfter(0, false))).toBeNull();
  expect(beginStep(runAfter(1, false))).toBeNull();
  const begun = beginStep(runAfter(30, false));
  const last = runAfter(30, false).lanes.at(-1);
  expect(begun?.lane).toBe(last?.lane);
  const steps = last?.branches.find(({ branch }) => branch === last.shown)?.steps;
  const chosen = Array.from({ length: steps?.length ?? 0 }, (_, step) => step).filter(
    (step) => step > 0 && steps?.at(step)?.forced === false,
  );
  expect(begun?.step).toBe(chosen[0]);
});

it('finds one in a run that has ended, whatever its lanes came to, and none where there are no steps', () => {
  expect(beginStep(runAfter(30, true))).toEqual(beginStep(runAfter(30, false)));
  const { lanes, ...run } = runAfter(30, true);
  expect(beginStep({ ...run, lanes: [...lanes, ...lanes.slice(-1).map((lane) => ({ ...lane, lane: 9, branches: [] }))] })?.lane).toBe(
    lanes.at(-1)?.lane,
  );
  expect(beginStep({ ...run, lanes: [] })).toBeNull();
});
