import { describe, expect, it } from 'vitest';
import type { Schedule } from '../contract/run';
import type { Lane, LaneView } from '../lanes/lane';
import { draw, firstBranch, force, greedy } from '../lanes/moves';
import { NearestTokens } from '../measures/nearest-tokens';
import { defaultLayout } from './execute-run';
import { LaneRun } from './lane-run';
import { LensCheck } from './lens-check';
import { PassReader } from './pass-reader';
import { runLanes } from './scheduler';
import { CollectingSink } from './testing/collecting-sink';
import { fakeModel, fakePrompt } from './testing/fake-model';

/** A lane of forced tokens: branch b at step i emits what `script` says; ⟨end⟩ is 5. */
const scripted = (branches: number, next: (view: LaneView) => number, maximumSteps = 50): Lane => ({
  kind: 'cot',
  branches,
  maximumSteps,
  next: (view) => force(next(view)),
  decide: firstBranch,
});

/** Emits `head`, then one of two tokens by the number drawn, then ⟨end⟩. */
const parting = (branches: number, head: readonly number[]): Lane =>
  scripted(branches, ({ history, uniform }) => head[history.length] ?? (history.length === head.length ? 9 + Math.floor(uniform * 2) : 5));

const failing = (step: number): Lane =>
  scripted(2, ({ history }) => {
    if (history.length === step) throw new Error('rule broke');
    return 9;
  });

async function start(
  rules: readonly Lane[],
  more: { schedule?: Schedule; sink?: CollectingSink; controller?: AbortController } = {},
): Promise<{ sink: CollectingSink; model: ReturnType<typeof fakeModel>; lanes: LaneRun[]; done: Promise<unknown> }> {
  const model = fakeModel();
  const { sink = new CollectingSink(), schedule = 'lockstep', controller = new AbortController() } = more;
  const layout = defaultLayout(model);
  const nearest = new NearestTokens(() => model.decoder.embeddings, model.decoder.width, layout.nearest);
  const context = { model, nearest, expected: null, prefix: [], maximumSteps: Infinity };
  const tokens = model.tokenizer.encode(fakePrompt);
  const lanes = rules.map((rule, i) => new LaneRun(i, rule, 7, context, tokens.length, sink));
  const reader = new PassReader(model.decoder, layout, new LensCheck());
  const { cache, last } = await model.decoder.prefill(tokens);
  const [root] = await reader.read([{ output: last, tokenId: null, walk: { kept: 8, drawing: null } }], 0);
  if (!root) throw new Error('No reading');
  const clock = (): number => performance.now();
  const done = runLanes({
    groups: [{ decoder: model.decoder, reader, prompt: cache, root, lanes }],
    schedule,
    sink,
    signal: controller.signal,
    clock,
  }).finally(() => {
    cache.dispose();
  });
  return { sink, model, lanes, done };
}

const outputs = (sink: CollectingSink, lane: number): number[][] => {
  const branches = new Set(sink.ticks.flat().flatMap(({ record }) => (record.lane === lane ? [record.branch] : [])));
  return [...branches].map((branch) => sink.taps(lane, branch).map(({ record }) => record.tokenId));
};

describe('scheduler', () => {
  it('puts all rows of all lanes in one pass, and computes a shared beginning once', async () => {
    const { sink, model, done } = await start([parting(16, [2, 9]), parting(4, [2, 9]), parting(1, [3, 9])]);
    await done;
    // Two beginnings; then each parts in two at the most; the third lane has one branch.
    expect(model.decoder.batches).toEqual([2, 2, 3]);
    expect(sink.ticks.map((tick) => tick.length)).toEqual([21, 21, 21, 21]);
    const order = sink.ticks[3]?.map(({ record }) => record.lane * 100 + record.branch) ?? [];
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(model.decoder.liveCaches).toBe(0);
  });

  it('parts caches without mixing them: lockstep reads what isolated reads', async () => {
    const rules = [
      parting(16, [2]),
      parting(3, [2, 9, 10]),
      { ...parting(2, []), next: (view: LaneView) => draw(view, greedy, { markers: fakeModel().markers, candidates: 4 }) },
    ];
    const together = await start(rules);
    await together.done;
    const apart = await start(rules, { schedule: 'isolated' });
    await apart.done;
    expect(new Set(apart.model.decoder.batches)).toEqual(new Set([1]));
    expect(together.sink.timeless()).toEqual(apart.sink.timeless());
    expect(new Set(outputs(together.sink, 0).map(String)).size).toBe(2);
  });

  it.each(['lockstep', 'isolated'] as const)('lets a lane whose rule throws fail alone (%s)', async (schedule) => {
    const { sink, model, done } = await start([parting(2, [2, 9, 10]), failing(2), parting(1, [3, 9])], { schedule });
    expect(await done).toBeNull();
    expect(sink.finalLane(1)).toMatchObject({ state: 'failed', error: { code: 'internal', message: 'rule broke' } });
    expect(sink.taps(1, 0)).toHaveLength(2);
    expect(sink.finalBranch(1, 0)).toMatchObject({ state: 'cancelled', steps: 2 });
    expect([sink.finalLane(0).state, sink.finalLane(2).state]).toEqual(['done', 'done']);
    expect(outputs(sink, 2)).toEqual([[3, 9, expect.any(Number), 5]]);
    expect(model.decoder.liveCaches).toBe(0);
  });

  it('stops between ticks and keeps what was recorded', async () => {
    const controller = new AbortController();
    const sink = new CollectingSink();
    const endless = scripted(3, () => 9, 100_000);
    sink.steps = (steps) => {
      sink.ticks.push(steps);
      // As a message would: from outside, while the scheduler yields.
      if (sink.ticks.length === 4) setImmediate(() => controller.abort());
    };
    const { done, model } = await start([endless, parting(1, [2])], { sink, controller });
    await done;
    expect(sink.ticks.length).toBeLessThanOrEqual(5);
    expect(sink.finalLane(0)).toMatchObject({ state: 'cancelled', steps: 3 * sink.ticks.length });
    expect(sink.finalBranch(0, 2)).toMatchObject({ state: 'cancelled', steps: sink.ticks.length });
    expect(sink.finalLane(1).state).toBe('done');
    expect(model.decoder.liveCaches).toBe(0);
  });

  it('does nothing after an abort before the start', async () => {
    const controller = new AbortController();
    controller.abort();
    const { done, sink } = await start([parting(2, [2])], { controller });
    await done;
    expect(sink.ticks).toEqual([]);
    expect(sink.branchRecords).toEqual([]);
    expect(sink.finalLane(0)).toMatchObject({ state: 'cancelled', steps: 0, milliseconds: 0 });
  });

  it('waits for the sink before it computes on', async () => {
    const sink = new CollectingSink();
    let release = (): void => {};
    const waiting: Promise<void>[] = [];
    sink.steps = (steps) => {
      sink.ticks.push(steps);
      const wait = new Promise<void>((resolve) => (release = resolve));
      waiting.push(wait);
      return wait;
    };
    const { done, model } = await start([parting(1, [2])], { sink });
    for (let tick = 1; tick <= 3; tick++) {
      await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
      expect(sink.ticks).toHaveLength(tick);
      expect(model.decoder.batches).toHaveLength(tick - 1);
      release();
    }
    await done;
    expect(waiting).toHaveLength(3);
  });
});
