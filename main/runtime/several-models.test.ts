import { describe, expect, it } from 'vitest';
import type { LaneSettingsInput } from '../contract/lanes';
import { type RunOutcome, type RunRequestInput, runRequestSchema } from '../contract/run';
import { defaultLayout, executeRun, type ModelOfRun } from './execute-run';
import { CollectingSink } from './testing/collecting-sink';
import { fakeModel, fakePrompt } from './testing/fake-model';

type FakeOfRun = ModelOfRun & { readonly model: ReturnType<typeof fakeModel> };

function ofRun(id: string): FakeOfRun {
  const model = fakeModel(id);
  return { model, check: model.checkPrompt(fakePrompt), layout: defaultLayout(model) };
}

async function run(
  models: readonly [ModelOfRun, ...ModelOfRun[]],
  lanes: LaneSettingsInput[],
  more: { request?: Partial<RunRequestInput>; sink?: CollectingSink; signal?: AbortSignal } = {},
): Promise<{ sink: CollectingSink; outcome: RunOutcome }> {
  const { sink = new CollectingSink(), signal = new AbortController().signal } = more;
  const request = runRequestSchema.parse({ model: models[0].model.summary.id, prompt: fakePrompt, lanes, ...more.request });
  return { sink, outcome: await executeRun({ models, request, sink, signal }) };
}

const other = { model: 'other' } as const;
const sampled = { kind: 'cot', temperature: 1.2, samples: 3 } as const;

describe('a run of several models', () => {
  it.each(['lockstep', 'isolated'] as const)('gives each lane what its model gives it alone (%s)', async (schedule) => {
    const lanes: LaneSettingsInput[] = [{ kind: 'cot' }, { ...sampled, ...other }, { kind: 'coconut' }, { kind: 'direct', ...other }];
    const together = await run([ofRun('own'), ofRun('other')], lanes, { request: { schedule } });
    expect(together.outcome).toMatchObject({ status: 'done', error: null });
    const alone = await run(
      [ofRun('own')],
      lanes.map(({ model: _model, ...settings }) => settings),
      { request: { schedule } },
    );
    expect(together.sink.timeless()).toEqual(alone.sink.timeless());
    expect([0, 1, 2, 3].map((lane) => together.sink.finalLane(lane).state)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('puts the lanes of one model in one pass, and gives models their ticks in turn', async () => {
    const own = ofRun('own');
    const second = ofRun('other');
    const { sink } = await run([own, second], [{ kind: 'cot' }, { kind: 'cot', ...other }, { kind: 'coconut', ...other }]);
    // Two lanes of different kind part at their first step: two rows as long as both go on.
    expect(second.model.decoder.batches[0]).toBe(2);
    expect(Math.max(...own.model.decoder.batches)).toBe(1);
    const order = sink.ticks.map((tick) => ((tick[0]?.record.lane ?? -1) === 0 ? 'own' : 'other'));
    const shared = 2 * Math.min(order.filter((each) => each === 'own').length, order.filter((each) => each === 'other').length);
    expect(order.slice(0, shared)).toEqual(Array.from({ length: shared }, (_, i) => (i % 2 === 0 ? 'own' : 'other')));
    for (const tick of sink.ticks) expect(new Set(tick.map(({ record }) => record.lane === 0)).size).toBe(1);
    expect(own.model.decoder.liveCaches + second.model.decoder.liveCaches).toBe(0);
  });

  it('says of each model what its checks found', async () => {
    const second = ofRun('other');
    second.model.decoder.afterPass = (output) => void output.hidden.fill(9);
    const { outcome } = await run([ofRun('own'), second], [{ kind: 'cot' }, { kind: 'cot', ...other }]);
    expect(outcome.parity.map(({ model, name, passed }) => [model, name, passed])).toEqual([
      ['own', 'lastLayerLensEqualsLogits', true],
      ['own', 'cachedEqualsUncached', true],
      ['other', 'lastLayerLensEqualsLogits', true],
      ['other', 'cachedEqualsUncached', false],
    ]);
  });

  it('goes on with the lanes of the others when a pass of one fails', async () => {
    const second = ofRun('other');
    second.model.decoder.beforeStep = () => {
      throw new Error('out of memory');
    };
    const { sink, outcome } = await run([ofRun('own'), second], [{ kind: 'cot', ...other }, { kind: 'cot' }]);
    expect(outcome).toMatchObject({ status: 'failed', error: { message: 'out of memory' } });
    expect(sink.finalLane(0)).toMatchObject({ state: 'failed', steps: 1 });
    expect(sink.finalLane(1)).toMatchObject({ state: 'done' });
  });

  it('goes on with the lanes of the others when one cannot read the prompt', async () => {
    const second = ofRun('other');
    second.model.decoder.prefill = () => Promise.reject(new Error('no room'));
    const { sink, outcome } = await run([ofRun('own'), second], [{ kind: 'cot' }, { kind: 'direct', ...other }]);
    expect(outcome).toMatchObject({ status: 'failed', error: { message: 'no room' } });
    expect(sink.finalLane(0).state).toBe('done');
    expect(sink.finalLane(1).state).toBe('failed');
  });

  it('stops all models at once', async () => {
    const controller = new AbortController();
    const sink = new CollectingSink();
    sink.steps = (steps) => {
      sink.ticks.push(steps);
      if (sink.ticks.length === 3) controller.abort();
    };
    const both = [ofRun('own'), ofRun('other')] as const;
    const { outcome } = await run(both, [{ kind: 'cot' }, { kind: 'cot', ...other }], {
      sink,
      signal: controller.signal,
    });
    expect(outcome.status).toBe('cancelled');
    expect(sink.ticks).toHaveLength(3);
    expect(both.map(({ model }) => model.decoder.liveCaches)).toEqual([0, 0]);
    expect([sink.finalLane(0).steps, sink.finalLane(1).steps]).toEqual([2, 1]);
  });

  it('is refused before anything is read where one of them cannot do its part, and says which', async () => {
    const second = ofRun('other');
    const narrow = { ...second, model: { ...second.model, summary: { ...second.model.summary, lanes: ['direct' as const] } } };
    await expect(run([ofRun('own'), narrow], [{ kind: 'cot' }, { kind: 'cot', ...other }])).rejects.toMatchObject({
      code: 'unsupported',
      message: 'Lane 2: other cannot run the lane cot.',
    });
    const unread = { ...second, check: second.model.checkPrompt('nobody knows') };
    await expect(run([ofRun('own'), unread], [{ kind: 'cot' }, { kind: 'cot', ...other }])).rejects.toMatchObject({
      code: 'bad-prompt',
      message: 'other cannot read this prompt: nobody is not a word of this model.',
    });
  });
});
