import { describe, expect, it } from 'vitest';
import { layersPlace } from '../../../main/contract/frame';
import { lensPortion } from '../../../main/contract/protocol';
import type { BranchView, RunView } from '../../state/run-view';
import { sampleTextRun } from '../../testing/sample-text-run';
import { laneEntries } from '../shared/lane-entries';
import { LensReader, type LensesState } from './lens-reader';

/** The sample's first branch, none of whose lenses has been read until they are taken in. */
function unreadEntries(id = 'text') {
  const run: RunView = sampleTextRun(id);
  const read = new Set<number>();
  return laneEntries([run]).map((entry) => {
    if (entry.branch === null) throw new Error('No branch');
    const { steps } = entry.branch;
    const branch: BranchView = {
      ...entry.branch,
      steps: {
        ...steps,
        layout: steps.layout,
        length: steps.length,
        at: (step) => steps.at(step),
        column: (name) => steps.column(name),
        hasLens: (step) => read.has(step),
        takeLenses: (first, packed) => {
          for (let i = 0; i < packed.length / layersPlace(steps.layout).length; i++) read.add(first + i);
        },
      },
    };
    return { ...entry, branch };
  });
}

/** A reader whose requests are answered by hand. */
function open() {
  const asked: { first: number; count: number; answer: () => void; refuse: (error: Error) => void }[] = [];
  const states: LensesState[] = [];
  const length = layersPlace(
    sampleTextRun().lanes[0]?.branches[0]?.steps.layout ?? { streams: 1, candidates: 1, lens: 1, nearest: 0 },
  ).length;
  const reader = new LensReader(
    async (_, first, count) =>
      new Promise((resolve, reject) => {
        asked.push({
          first,
          count,
          answer: () => {
            resolve(new Float32Array(count * length));
          },
          refuse: reject,
        });
      }),
    (state) => states.push(state),
  );
  return { reader, asked, states };
}

const settled = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('LensReader', () => {
  it('has one request under way, however often what is wanted changes', async () => {
    const { reader, asked } = open();
    const entries = unreadEntries();
    for (let last = 1; last <= 12; last++) reader.want(entries, 0, last);
    await settled();
    expect(asked.map(({ first, count }) => [first, count])).toEqual([[0, 1]]);
    asked[0]?.answer();
    await settled();
    expect(asked.map(({ first, count }) => [first, count])).toEqual([
      [0, 1],
      [1, lensPortion],
    ]);
  });

  it('goes on with what is on screen now, and says how much is to come', async () => {
    const { reader, asked, states } = open();
    const entries = unreadEntries();
    reader.want(entries, 0, 12);
    expect(states.at(-1)?.missing).toBe(12);
    reader.want(entries, 8, 12);
    asked[0]?.answer();
    await settled();
    expect(asked.at(-1)).toMatchObject({ first: 8, count: 4 });
    expect(states.at(-1)?.missing).toBe(4);
    asked[1]?.answer();
    await settled();
    expect(states.at(-1)).toEqual({ revision: 2, missing: 0, problem: null });
    reader.want([], 0, 0);
    expect(asked).toHaveLength(2);
  });

  it('does not ask again for what failed, but for other branches', async () => {
    const { reader, asked, states } = open();
    const entries = unreadEntries();
    reader.want(entries, 0, 4);
    asked[0]?.refuse(new Error('The model is gone'));
    await settled();
    reader.want(entries, 0, 8);
    expect(asked).toHaveLength(1);
    expect(states.at(-1)?.problem).toBe('The model is gone');
    reader.want(unreadEntries('other'), 0, 4);
    expect(asked).toHaveLength(2);
    expect(states.at(-1)?.problem).toBeNull();
  });
});
