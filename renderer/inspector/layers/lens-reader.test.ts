import { describe, expect, it } from 'vitest';
import { readingLength } from '../../../main/contract/frame';
import { lensOrder } from '../../../main/contract/lens-order';
import { lensPortion } from '../../../main/contract/protocol';
import type { BranchView, LensKind, StepSeries } from '../../state/run-view';
import { sampleTextRun } from '../../testing/sample-text-run';
import { laneEntries } from '../shared/lane-entries';
import { LensReader, type LensesState } from './lens-reader';

/** Streams of the branches read here. */
const below = 16;
const layout = { streams: below + 1, candidates: 1, lens: 1, nearest: 0 };
const [coarse = [], middle = []] = lensOrder(below);
const everyStream = Array.from({ length: below }, (_, stream) => stream);

/** The first branch of two runs with many layers and so many steps, none of whose lenses has been read until they are taken in. */
function unreadEntries(length: number, ids = ['a', 'b']) {
  const read = new Map<string, LensKind>();
  return ids
    .flatMap((id) => laneEntries([sampleTextRun(id)]).slice(0, 1))
    .map((entry) => {
      const { id } = entry.run;
      if (entry.branch === null) throw new Error('No branch');
      const { steps } = entry.branch;
      const unread: StepSeries = {
        layout,
        length,
        at: (step) => steps.at(step),
        column: (name) => steps.column(name),
        lensOf: (step, stream) => (stream >= below ? 'full' : (read.get(`${id}/${step}/${stream}`) ?? null)),
        takeLenses: (kind, first, streams, packed) => {
          for (let i = 0; i < packed.length / readingLength(1) / streams.length; i++)
            for (const stream of streams) read.set(`${id}/${first + i}/${stream}`, kind);
        },
      };
      const branch: BranchView = { ...entry.branch, steps: unread };
      return { ...entry, branch };
    });
}

interface Asked {
  readonly kind: LensKind;
  readonly run: string;
  readonly first: number;
  readonly count: number;
  readonly streams: readonly number[];
  readonly answer: (steps?: number) => void;
  readonly refuse: (error: Error) => void;
}

/** A reader whose requests are answered by hand. @param isQuick those for quick readings too, else there are none */
function open(isQuick = false) {
  const asked: Asked[] = [];
  const states: LensesState[] = [];
  const ask = async <T>(kind: LensKind, run: string, first: number, count: number, streams: readonly number[]): Promise<T | Float32Array> =>
    new Promise((resolve, reject) => {
      const answer = (steps = count): void => {
        resolve(new Float32Array(steps * streams.length * readingLength(1)));
      };
      asked.push({ kind, run, first, count, streams, answer, refuse: reject });
    });
  const reader = new LensReader(
    {
      full: async ({ run }, first, count, streams) => ask('full', run, first, count, streams),
      quick: async ({ run }, first, count) => (isQuick ? ask('quick', run, first, count, everyStream) : null),
    },
    (state) => states.push(state),
  );
  const places = () => asked.map(({ first, count, streams }) => [first, count, streams]);
  return { reader, asked, states, places };
}

const settled = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('LensReader', () => {
  it('has two requests under way, however often what is wanted changes', async () => {
    const { reader, asked, places } = open();
    const entries = unreadEntries(400).slice(0, 1);
    reader.want(entries, 0, 1);
    await settled();
    for (let last = 2; last <= 300; last++) reader.want(entries, 0, last);
    const portion = lensPortion / coarse.length;
    expect(places()).toEqual([
      [0, 1, coarse],
      [0, 1, middle],
    ]);
    asked[0]?.answer();
    await settled();
    asked[1]?.answer();
    await settled();
    expect(places().slice(2)).toEqual([
      [1, portion, coarse],
      [1 + portion, portion, coarse],
    ]);
  });

  it('reads coarsely first, in every branch, then what lies between, and nothing twice', async () => {
    const { reader, asked, states } = open();
    const entries = unreadEntries(10);
    reader.want(entries, 2, 10);
    await settled();
    expect(asked.map(({ run, streams }) => [run, streams])).toEqual([
      ['a', coarse],
      ['b', coarse],
    ]);
    expect(states.at(-1)).toMatchObject({ missing: 2 * 8 * below, wanted: 2 * 8 * below });
    for (let i = 0; i < asked.length; i++) {
      asked[i]?.answer();
      await settled();
    }
    expect(asked.slice(2, 4).map(({ run, streams }) => [run, streams])).toEqual([
      ['a', middle],
      ['b', middle],
    ]);
    const cells = asked.flatMap(({ run, first, count, streams }) =>
      streams.flatMap((stream) => Array.from({ length: count }, (_, i) => `${run}/${first + i}/${stream}`)),
    );
    expect(cells).toHaveLength(2 * 8 * below);
    expect(new Set(cells).size).toBe(cells.length);
    expect(states.at(-1)).toMatchObject({ missing: 0, quick: 0, wanted: 0, problem: null });
  });

  it('goes on with what is on screen now, and says how much is to come', async () => {
    const { reader, asked, states } = open();
    const entries = unreadEntries(400).slice(0, 1);
    reader.want(entries, 0, 200);
    await settled();
    expect(states.at(-1)?.missing).toBe(200 * below);
    reader.want(entries, 300, 310);
    expect(asked).toHaveLength(2);
    asked[0]?.answer();
    await settled();
    expect(asked.at(-1)).toMatchObject({ first: 300, count: 10, streams: coarse });
    expect(states.at(-1)).toMatchObject({ missing: 10 * below, wanted: 10 * below });
    reader.want([], 0, 0);
    for (const { answer } of asked) answer();
    await settled();
    expect(asked).toHaveLength(3);
    expect(states.at(-1)).toMatchObject({ missing: 0, wanted: 0 });
  });

  it('does not ask again for what failed unless told to, but for other branches', async () => {
    const { reader, asked, states } = open();
    const entries = unreadEntries(4);
    reader.want(entries, 0, 4);
    await settled();
    asked[0]?.refuse(new Error('The model is gone'));
    asked[1]?.answer();
    await settled();
    reader.want(entries, 0, 3);
    expect(asked).toHaveLength(2);
    expect(states.at(-1)?.problem).toBe('The model is gone');
    reader.retry();
    expect(states.at(-1)?.problem).toBeNull();
    expect(asked).toHaveLength(4);
    expect(asked[2]).toMatchObject({ run: 'a', first: 0, streams: coarse });
    for (const { refuse } of asked.slice(2)) refuse(new Error('The model is gone'));
    await settled();
    reader.want(unreadEntries(4, ['c', 'd']), 0, 4);
    await settled();
    expect(asked).toHaveLength(6);
    expect(states.at(-1)?.problem).toBeNull();
  });

  it('stops where the engine has no such steps', async () => {
    const { reader, asked, states } = open();
    reader.want(unreadEntries(4).slice(0, 1), 0, 4);
    await settled();
    for (let i = 0; i < asked.length && i < 9; i++) {
      asked[i]?.answer(0);
      await settled();
    }
    expect(asked.length).toBeLessThan(9);
    expect(states.at(-1)).toMatchObject({ missing: 0, problem: null });
  });

  it('reads quickly first, in every branch, then all of it in full', async () => {
    const { reader, asked, states } = open(true);
    const entries = unreadEntries(200);
    reader.want(entries, 10, 150);
    const kinds = () => asked.map(({ kind, run, first, count }) => [kind, run, first, count]);
    expect(kinds()).toEqual([
      ['quick', 'a', 10, lensPortion],
      ['quick', 'a', 10 + lensPortion, 140 - lensPortion],
    ]);
    expect(states.at(-1)).toMatchObject({ missing: 2 * 140 * below, quick: 0 });
    asked[1]?.answer();
    await settled();
    expect(kinds().slice(2)).toEqual([['quick', 'b', 10, lensPortion]]);
    for (const place of [0, 2]) asked[place]?.answer();
    await settled();
    // Nothing in full while something quick is under way.
    expect(kinds().slice(3)).toEqual([['quick', 'b', 10 + lensPortion, 140 - lensPortion]]);
    asked[3]?.answer();
    await settled();
    expect(states.at(-1)).toMatchObject({ missing: 0, quick: 2 * 140 * below, wanted: 2 * 140 * below });
    expect(asked.slice(4).map(({ kind, run, streams }) => [kind, run, streams])).toEqual([
      ['full', 'a', coarse],
      ['full', 'a', coarse],
    ]);
    for (let i = 4; i < asked.length; i++) {
      asked[i]?.answer();
      await settled();
    }
    expect(states.at(-1)).toMatchObject({ missing: 0, quick: 0, wanted: 0, problem: null });
    expect(asked.slice(4).every(({ kind }) => kind === 'full')).toBe(true);
  });

  it('reads steps that come while a run goes on quickly before anything else', async () => {
    const { reader, asked } = open(true);
    const entries = unreadEntries(400).slice(0, 1);
    reader.want(entries, 0, 100);
    asked[0]?.answer();
    await settled();
    expect(asked.slice(1).map(({ kind }) => kind)).toEqual(['full', 'full']);
    reader.want(entries, 0, 120);
    asked[1]?.answer();
    await settled();
    expect(asked.at(-1)).toMatchObject({ kind: 'quick', first: 100, count: 20 });
  });
});
