// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { sampleEvents, sampleRun } from '../testing/sample-run';
import { FrameClock } from './frame-clock';
import { shownBranch } from './run-model';
import { RunStore } from './run-store';

const lost = { code: 'engine-lost', message: 'The engine stopped.', hint: '' } as const;

function fresh(): RunStore {
  return new RunStore(new FrameClock());
}

describe('RunStore', () => {
  it('builds the same run from one frame or from many', async () => {
    const once = fresh();
    await once.take(sampleEvents('a'));
    const often = fresh();
    for (const event of sampleEvents('a')) await often.take([event]);
    const facts = (store: RunStore) =>
      store.view('a')?.lanes.map((lane) => ({
        record: lane.record,
        lengths: lane.branches.map((branch) => branch.steps.length),
        first: shownBranch(lane)?.steps.at(1),
      }));
    expect(facts(often)).toEqual(facts(once));
  });

  it('tells React at most ten times a second, and of the end at once', async () => {
    const store = fresh();
    let heard = 0;
    store.store.subscribe(() => {
      heard++;
    });
    const started = performance.now();
    const [first, ...rest] = sampleEvents('a');
    if (first === undefined) throw new Error('No events');
    await store.take([first]);
    for (let turn = 0; turn < 20; turn++) await store.take([]);
    const elapsed = performance.now() - started;
    expect(heard).toBeLessThanOrEqual(2 + elapsed / 100);
    await store.take(rest);
    expect(store.store.getState().views.get('a')?.outcome?.status).toBe('done');
  });

  it('lets a frame be acknowledged when it has been drawn, or a tenth of a second after it came', async () => {
    const store = fresh();
    let drawn = 0;
    store.store.subscribe(() => {
      drawn++;
    });
    for (const event of sampleEvents('a').slice(0, 4)) {
      const [before, came] = [drawn, performance.now()];
      await store.take([event]);
      // A timer may be a millisecond early.
      expect(drawn > before || performance.now() - came >= 99).toBe(true);
    }
  });

  it('keeps the picture of a lane that nothing happened to', async () => {
    const store = fresh();
    const events = sampleEvents('a');
    await store.take(events.slice(0, 4));
    const before = store.view('a');
    await store.take(events.filter((event) => event.type === 'lane' && event.record.lane === 1));
    const after = store.view('a');
    expect(after).not.toBe(before);
    expect(after?.lanes[0]).toBe(before?.lanes[0]);
    expect(after?.lanes[1]).not.toBe(before?.lanes[1]);
  });

  it('shows the answer branch until the user chooses another', async () => {
    const store = fresh();
    await store.take(sampleEvents('a'));
    expect(store.view('a')?.lanes[2]?.shown).toBe(0);
    store.showBranch('a', 2, 9);
    expect(store.view('a')?.lanes[2]?.shown).toBe(9);
  });

  it('keeps an interrupted run up to its last step', async () => {
    const store = fresh();
    await store.take(sampleEvents('a').slice(0, 4));
    store.interruptAll(lost);
    const view = store.view('a');
    expect(view?.outcome).toMatchObject({ status: 'interrupted', error: lost });
    expect(view?.lanes[1]?.branches[0]?.steps.length).toBe(3);
  });

  it('ends a run whose frame is damaged instead of failing', async () => {
    const store = fresh();
    const [first] = sampleEvents('a');
    if (first === undefined) throw new Error('No events');
    await store.take([first, { type: 'steps', run: 'a', packed: new Float32Array(7) }]);
    expect(store.view('a')?.outcome).toMatchObject({ status: 'interrupted', error: { code: 'internal' } });
  });

  it('ignores events of runs it does not hold', async () => {
    const store = fresh();
    await store.take(sampleEvents('a').slice(1));
    expect(store.view('a')).toBeUndefined();
    expect(sampleRun('a', 3).outcome).toBeNull();
  });
});
