import { expect, it } from 'vitest';
import type { StepRecord } from '../../../main/contract/steps';
import { sampleTextRun } from '../../testing/sample-text-run';
import type { LensKind } from '../../state/run-view';
import { laneEntries } from '../shared/lane-entries';
import { heatmapLayout } from './heatmap-layout';
import { lensReadout } from './lens-tooltip';

const [entry] = laneEntries([sampleTextRun()]);
const branch = entry?.branch;
if (entry === undefined || branch === null || branch === undefined) throw new Error('No branch');

/** What is said of the first layer of the fourth step, its readings changed. */
function facts(change: Partial<StepRecord['layers'][number]>, kind: LensKind | null = 'full'): string | undefined {
  const record = branch?.steps.at(3);
  if (entry === undefined || !branch || record === undefined) return undefined;
  const changed: StepRecord = { ...record, layers: record.layers.map((layer) => ({ ...layer, ...change })) };
  const steps = {
    ...branch.steps,
    layout: branch.steps.layout,
    length: branch.steps.length,
    at: () => changed,
    lensOf: () => kind,
  } as typeof branch.steps;
  const { sections } = heatmapLayout([{ entry: { ...entry, branch: { ...branch, steps } }, cursor: null }], 'auto', {
    width: 500,
    height: 300,
  });
  const [section] = sections;
  return section === undefined ? undefined : lensReadout({ section, step: 3, stream: 0 })?.facts;
}

it('tells what was not read from what was', () => {
  expect(facts({ probability: 0.25, rank: 2, norm: 12 })).toMatch(/^p 0\.250 · rank 2 · entropy .* b · norm 12\.0$/);
  expect(facts({ probability: 0.25, rank: 2, norm: 12 }, 'quick')).toMatch(/^p ≈ 0\.250 · rank ≈ 2 · entropy ≈ .* b · norm 12\.0$/);
  expect(facts({ probability: NaN, rank: NaN, norm: 12, top: { ids: [], probabilities: [] } }, null)).toBe('not read yet · norm 12.0');
});
