import { describe, expect, it } from 'vitest';
import { sampleKin, reconnect, sampleServices } from '../testing/sample-services';
import { sampleTextModel } from '../testing/sample-text-run';
import { chooseModel, editSystem, laneControl, laneObstacle, setChat } from './model-commands';
import { startRun, stopRuns } from './run-commands';
import { runShortage } from './run-shortage';
import { defaultLanes } from './workspace-document';

const models = [sampleKin, sampleTextModel];

describe('choosing a model', () => {
  it('keeps what was written for each, and undo brings all of it back', async () => {
    const services = await sampleServices(models);
    const { workspace } = services;
    workspace.edit('edit prompt', { prompt: 'ada→bob' });
    chooseModel(services, sampleTextModel.id);
    expect(workspace.document).toMatchObject({ model: 'small-talk', prompt: '', chat: { system: '' } });
    workspace.edit('edit prompt', { prompt: 'Hello' });
    editSystem(services, 'Be brief.');
    chooseModel(services, 'kin');
    expect(workspace.document).toMatchObject({ model: 'kin', prompt: 'ada→bob', chat: null });
    chooseModel(services, sampleTextModel.id);
    expect(workspace.document).toMatchObject({ prompt: 'Hello', chat: { system: 'Be brief.' } });
    setChat(services, null);
    expect(workspace.document.chat).toBeNull();
    expect(workspace.undo()).toBe('read as raw text');
    workspace.undo();
    expect(workspace.document).toMatchObject({ model: 'kin', prompt: 'ada→bob' });
  });

  it('says what a model cannot run and what it needs', () => {
    expect(laneObstacle(sampleTextModel, 'cot')).toBeNull();
    expect(laneObstacle(sampleTextModel, 'coconut')).toBe('Small Talk 135M was not trained to think in vectors');
    expect(laneObstacle(undefined, 'coconut')).toBeNull();
    expect(laneControl(sampleTextModel, 'coconut')).toBeNull();
    const runsThoughts = { ...sampleTextModel, lanes: [...sampleTextModel.lanes, 'coconut' as const] };
    expect(laneControl(runsThoughts, 'coconut')).toBe('A control: Small Talk 135M was not trained to think in vectors');
    expect([laneControl(runsThoughts, 'cot'), laneControl(sampleKin, 'coconut'), laneControl(undefined, 'coconut')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('running a model', () => {
  const lanes = defaultLanes(4);

  it('leaves out the lanes it cannot run and sends the chat', async () => {
    const asked: unknown[] = [];
    const services = await sampleServices(models, {
      'run.start': (parameters) => {
        asked.push(parameters);
        return { run: 'run-1' };
      },
    });
    services.workspace.edit('set up', { lanes, model: sampleTextModel.id, prompt: 'Hello', chat: { system: 'Be brief.' } });
    await startRun(services);
    expect(asked).toMatchObject([
      { model: 'small-talk', chat: { system: 'Be brief.' }, lanes: [{ kind: 'direct' }, { kind: 'cot' }, { kind: 'best-of-n' }] },
    ]);
    expect(services.workspace.document.rows[0]?.columns).toEqual(lanes.slice(0, 3).map((lane) => lane.key));
  });

  it.each([
    { model: 'kin', device: 'webgpu' },
    { model: sampleTextModel.id, device: undefined },
  ])('asks for a lane’s device where its model is its own: $device, the run’s being $model', async ({ model, device }) => {
    const asked: unknown[] = [];
    const services = await sampleServices(models, {
      'run.start': (parameters) => {
        asked.push(parameters.lanes.map((lane) => lane.device));
        return { run: 'run-1' };
      },
    });
    const lane = { key: 'lane', settings: { kind: 'direct', model: sampleTextModel.id, device: 'webgpu', maximumSteps: 3 } } as const;
    services.workspace.edit('set up', { lanes: [lane], model, prompt: 'Hello' });
    await startRun(services);
    expect(asked).toEqual([[device]]);
    expect(services.workspace.document.lanes).toEqual([lane]);
  });

  it('says which models are being loaded the first time, and no more once they are', async () => {
    const services = await sampleServices(models, { 'run.start': () => ({ run: 'run-1' }) });
    services.workspace.edit('set up', { lanes, model: sampleTextModel.id, prompt: 'Hello' });
    const { store } = services.activity;
    const loading: unknown[] = [];
    for (let time = 0; time < 2; time++) {
      const started = startRun(services);
      loading.push(store.getState().loading);
      await started;
      services.workspace.setRows([]);
    }
    expect(loading).toMatchObject([{ models: [{ name: 'Small Talk 135M', bytes: sampleTextModel.bytes }], progress: null }, null]);
  });

  it('says how far a model is as the engine tells it', async () => {
    const progress = { model: sampleTextModel.id, device: 'cpu', phase: 'checking', doneBytes: 10, totalBytes: 20 } as const;
    const services = await sampleServices(models, {
      'run.start': (_, onLoad) => {
        onLoad(progress);
        return { run: 'run-1' };
      },
    });
    services.workspace.edit('set up', { lanes, model: sampleTextModel.id, prompt: 'Hello' });
    const seen: unknown[] = [];
    services.activity.store.subscribe(({ loading }) => seen.push(loading?.progress ?? null));
    await startRun(services);
    expect(seen).toContainEqual(progress);
    expect(services.activity.store.getState().loading).toBeNull();
  });

  it('asks before a run that may not fit, begins it on a word, and does not ask again for as much', async () => {
    let runs = 0;
    const services = await sampleServices(models, {
      memory: () => ({ availableBytes: 1000, totalBytes: 5_000_000_000 }),
      'run.start': () => ({ run: `run-${++runs}` }),
    });
    const { activity, memory, workspace } = services;
    workspace.edit('set up', { lanes, model: sampleTextModel.id, prompt: 'Hello' });
    await startRun(services);
    expect(runs).toBe(1);
    workspace.setRows([]);
    activity.forgetLoaded();
    await memory.refresh();
    await startRun(services);
    const { doubt } = activity.store.getState();
    expect(doubt).toMatchObject({ availableBytes: 1000, totalBytes: 5_000_000_000 });
    expect(doubt?.neededBytes).toBeGreaterThan(sampleTextModel.bytes);
    expect(runs).toBe(1);
    expect(activity.forgetDoubt()).toBe(true);
    expect(activity.forgetDoubt()).toBe(false);
    await startRun(services);
    await activity.store.getState().doubt?.proceed();
    expect(runs).toBe(2);
    expect(activity.store.getState().doubt).toBeNull();
    workspace.setRows([]);
    await startRun(services);
    expect(runs).toBe(3);
  });

  it('counts what an engine gives back that makes way for another model', async () => {
    const heavy = { ...sampleTextModel, id: 'heavy', bytes: 600_000_000 };
    const services = await sampleServices([...models, heavy], {
      memory: () => ({ availableBytes: 500_000_000, totalBytes: 5_000_000_000 }),
      'run.start': () => ({ run: 'run-1' }),
    });
    services.workspace.edit('set up', { lanes: defaultLanes(4).slice(0, 1), model: 'heavy', prompt: 'Hello' });
    await startRun(services);
    services.workspace.setRows([]);
    await services.memory.refresh();
    const second = { ...heavy, id: 'second' };
    await reconnect(services, [...models, heavy, second], {});
    services.workspace.edit('choose model', { model: 'second' });
    expect(runShortage(services)).toBeNull();
    services.activity.forgetLoaded();
    expect(runShortage(services)).toMatchObject({ availableBytes: 500_000_000 });
  });

  it('ends an engine that loads a model for a run that is stopped, and shows no error', async () => {
    let ended = 0;
    const shell = { restartEngine: () => Promise.resolve({ ok: true as const, value: (ended++, null) }) };
    const services = await sampleServices(models, { 'run.start': () => new Promise(() => undefined) }, shell);
    services.workspace.edit('set up', { lanes, model: sampleTextModel.id, prompt: 'Hello' });
    const started = startRun(services);
    await Promise.resolve();
    await stopRuns(services);
    await started;
    expect(ended).toBe(1);
    expect(services.workspace.document.rows).toEqual([]);
    expect(services.engine.store.getState().state).toBe('starting');
    expect(services.activity.store.getState()).toMatchObject({ starting: false, loading: null });
  });

  it('gives a run on another model an engine of its own where the model before it weighs', async () => {
    const order: string[] = [];
    const answers = {
      'run.start': ({ model }: { model?: string | undefined }) => (order.push(`run ${model}`), { run: `run-${order.length}` }),
    };
    const light = { ...sampleTextModel, id: 'light', bytes: 1000 };
    let connect = async (): Promise<void> => Promise.resolve();
    const shell = {
      restartEngine: async () => {
        order.push('fresh');
        await connect();
        return { ok: true as const, value: null };
      },
    };
    const services = await sampleServices([...models, light], answers, shell);
    connect = () => reconnect(services, [...models, light], answers);
    const run = async (model: string): Promise<void> => {
      services.workspace.edit('set up', { lanes, model, prompt: 'Hello' });
      services.workspace.setRows([]);
      await startRun(services);
    };
    await run('light');
    await run(sampleTextModel.id);
    await run('light');
    expect(order).toEqual(['run light', `run ${sampleTextModel.id}`, 'run light']);
    services.activity.forgetLoaded();
    await run(sampleTextModel.id);
    await run('light');
    expect(order.slice(3)).toEqual([`run ${sampleTextModel.id}`, 'fresh', 'run light']);
  });
});
