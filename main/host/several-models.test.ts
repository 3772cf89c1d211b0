import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineClient } from '../contract/client';
import type { LoadProgress } from '../contract/load-progress';
import { InterlinearError } from '../contract/errors';
import { layoutsOf, modelOfLane } from '../contract/lane-models';
import { decodeReading, readingLength, stepPlaces } from '../contract/frame';
import { protocolVersion, type RunEvent } from '../contract/protocol';
import { type RunInfo, type RunRequestInput, runRequestSchema } from '../contract/run';
import { createLibrary } from '../library/create-library';
import { writeSmallFolder } from '../library/testing/small-checkpoints';
import { openBundle } from '../traces/bundle-reader';
import { Engine } from './engine';
import { createMemoryPair } from './memory-transport';
import type { RunResult } from './record-run';

const resources = join(import.meta.dirname, '..', '..', 'resources');
const prompt = 'ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada';
const small = 'small-f32';

let folder = '';
let engine: Engine;
let client: EngineClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-several-'));
  await writeSmallFolder(join(folder, 'Small'));
  const models = join(folder, 'models');
  const library = createLibrary({ folder: models, resources, reserved: new Set(['kin']), environment: {} });
  const job = library.jobs.add({ source: { kind: 'path', path: join(folder, 'Small') }, quantize: 'f32' });
  await library.jobs.finished(job);
  await library.jobs.dispose();
  engine = new Engine({ resources, runs: join(folder, 'runs'), models, appVersion: '0.0.0' });
  const pair = createMemoryPair();
  engine.connect(pair.engine, 'window');
  client = new EngineClient(pair.client);
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

interface Ran extends RunResult {
  readonly run: string;
  readonly events: readonly RunEvent[];
}

async function run(request: Partial<RunRequestInput> & Pick<RunRequestInput, 'lanes'>): Promise<Ran> {
  const events: RunEvent[] = [];
  const observer = { push: (event: RunEvent) => void events.push(event), ready: () => Promise.resolve() };
  const started = await engine.start(runRequestSchema.parse({ prompt, ...request }), observer);
  return { ...(await started.finished), run: started.run, events };
}

async function refused(request: RunRequestInput): Promise<InterlinearError> {
  const thrown: unknown = await engine
    .start(runRequestSchema.parse(request), { push: () => undefined, ready: () => Promise.resolve() })
    .catch((error: unknown) => error);
  if (!(thrown instanceof InterlinearError)) throw new Error('It was not refused');
  return thrown;
}

describe('lanes on two models', () => {
  it('say how far each model is on its way into memory, once', async () => {
    const request = { prompt, lanes: [{ kind: 'cot' }, { kind: 'direct', model: small, maximumSteps: 3 }] } as const;
    const start = async (): Promise<LoadProgress[]> => {
      const news: LoadProgress[] = [];
      const ended = new Promise<void>((resolve) => {
        const stop = client.onEvents((events) => {
          if (!events.some(({ type }) => type === 'finished')) return;
          stop();
          resolve();
        });
      });
      await client.request('run.start', { ...request, lanes: [...request.lanes] }, { onLoad: (progress) => void news.push(progress) });
      await ended;
      return news;
    };
    const news = await start();
    const { models } = await client.request('hello', { protocol: protocolVersion });
    const bytes = models.find(({ id }) => id === small)?.bytes ?? 0;
    expect(bytes).toBeGreaterThan(0);
    expect(news.map(({ model, phase }) => `${model} ${phase}`)).toEqual(['kin starting', `${small} checking`, `${small} starting`]);
    expect(news.filter(({ model }) => model === small)).toMatchObject([
      { device: 'cpu', doneBytes: bytes, totalBytes: bytes },
      { device: 'cpu', doneBytes: bytes, totalBytes: bytes },
    ]);
    expect(await start()).toEqual([]);
  });

  it('run side by side: each prompt by its own tokenizer, each model checked', async () => {
    const { info, outcome, lanes, events } = await run({
      lanes: [{ kind: 'cot' }, { kind: 'direct', model: small, maximumSteps: 9 }, { kind: 'direct' }],
    });
    expect(outcome).toMatchObject({ status: 'done', error: null });
    expect(outcome.parity.every(({ passed }) => passed)).toBe(true);
    const checked = (id: string): string[] => outcome.parity.filter(({ model }) => model === id).map(({ name }) => name);
    expect(checked('kin')).toEqual(['lastLayerLensEqualsLogits', 'cachedEqualsUncached', 'equalsReference']);
    expect(checked(small)).toEqual(checked('kin'));
    expect(lanes.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    const [own, other] = [modelOfLane(info, 0), modelOfLane(info, 1)];
    expect([own.model.id, other.model.id, modelOfLane(info, 2).model.id]).toEqual(['kin', small, 'kin']);
    expect(own.check.expected).toBe('cy');
    expect(other.check.expected).toBeNull();
    expect(own.check.tokens.map(({ id }) => id)).not.toEqual(other.check.tokens.map(({ id }) => id));
    expect(own.vocabulary).not.toEqual(other.vocabulary);
    const layouts = layoutsOf(info);
    expect(own.model.width).not.toBe(other.model.width);
    const seen = events.flatMap((event) =>
      event.type === 'steps' ? stepPlaces(event.packed, layouts).map((place) => event.packed[place]) : [],
    );
    expect(lanes.map(({ lane, steps }) => seen.filter((each) => each === lane).length === steps)).toEqual([true, true, true]);
  });

  it('have each its own device, which a fork of one keeps', async () => {
    const lanes = [
      { kind: 'direct', maximumSteps: 2 },
      { kind: 'direct', model: small, maximumSteps: 2 },
      { kind: 'cot', model: small, device: 'webgpu', maximumSteps: 2 },
    ] as const;
    const { info, outcome, run: id } = await run({ device: 'cpu', lanes: [...lanes] });
    expect(outcome.status).toBe('done');
    // Nothing tries devices here, so what was asked for gives way, and says so.
    expect(modelOfLane(info, 0)).toMatchObject({ device: 'cpu', deviceNote: null });
    for (const lane of [1, 2]) expect(modelOfLane(info, lane).deviceNote).toMatch(/^Runs on CPU\./);
    const forked = new Promise<RunInfo>((resolve) => {
      client.onEvents((events) => {
        for (const event of events) if (event.type === 'started') resolve(event.info);
      });
    });
    await client.request('run.fork', { run: id, lane: 1, branch: 0, step: 1, token: 3 });
    expect((await forked).request).toMatchObject({ device: 'webgpu', lanes: [lanes[1]] });
    const both = await refused({ prompt, lanes: [...lanes, { kind: 'cot', model: small, device: 'cpu' }] });
    expect([both.code, both.message]).toEqual([
      'bad-request',
      'Lane 4 asks for Small on cpu, and another lane has the same model on webgpu.',
    ]);
    const own = await refused({ prompt, device: 'cpu', lanes: [{ kind: 'cot', device: 'webgpu' }] });
    expect(own.message).toBe('Lane 1 asks for kin-2L on webgpu, and the run has its own model on cpu.');
  });

  it('are forked, read by the lens and projected on the model each is on', async () => {
    const { run: id, info } = await run({ lanes: [{ kind: 'cot' }, { kind: 'direct', model: small, maximumSteps: 9 }] });
    const { layout, model } = modelOfLane(info, 1);
    const { packed } = await client.request('run.lens', { run: id, lane: 1, branch: 0, first: 0, count: 2, streams: [1, 0] });
    expect(packed).toHaveLength(2 * 2 * readingLength(layout.lens));
    expect(decodeReading(layout.lens, packed, 0).norm).toBeGreaterThan(0);
    const last = { run: id, lane: 1, branch: 0, first: 0, count: 2, streams: [layout.streams - 1] };
    await expect(client.request('run.lens', last)).rejects.toMatchObject({ code: 'bad-request' });
    // The fake model’s lens is read in full only.
    expect(await client.request('run.quickLens', { run: id, lane: 1, branch: 0, first: 0, count: 2 })).toEqual({ packed: null });
    const trajectory = await client.request('trajectory', { branches: [{ run: id, lane: 1, branch: 0 }], stream: 1 });
    expect(trajectory.vectors).toBe(9);
    const both = [0, 1].map((lane) => ({ run: id, lane, branch: 0 }));
    await expect(client.request('trajectory', { branches: both, stream: 1 })).rejects.toMatchObject({ code: 'unsupported' });
    const fork = await client.request('run.fork', { run: id, lane: 1, branch: 0, step: 2, token: model.vocabulary - 1 });
    expect(fork.run).not.toBe(id);
    await expect(client.request('run.fork', { run: id, lane: 1, branch: 0, step: 2, token: model.vocabulary })).rejects.toMatchObject({
      code: 'bad-request',
    });
  });

  it('open from their trace with no model at hand', async () => {
    const { trace, info } = await run({ lanes: [{ kind: 'cot' }, { kind: 'direct', model: small, maximumSteps: 5 }] });
    const bundle = await openBundle(trace?.path ?? '');
    expect(bundle.info).toEqual(info);
    expect((await bundle.steps(1, 0)).map(({ layers }) => layers.length)).toEqual(Array(5).fill(modelOfLane(info, 1).layout.streams));
    await bundle.close();
    const { traces } = await client.request('traces.list', {});
    expect(traces.find(({ id }) => id === basename(trace?.path ?? ''))?.model).toBe('kin-2L, Small');
  });

  it('need not be on the run’s own model at all', async () => {
    const { info, outcome } = await run({ prompt: 'the sky is', lanes: [{ kind: 'direct', model: small, maximumSteps: 4 }] });
    expect(outcome.status).toBe('done');
    expect([info.model.id, info.others]).toEqual([small, []]);
  });

  it('are refused where a model cannot read the prompt, run the lane, or is not there, with its name', async () => {
    expect(
      await refused({ prompt: 'Why is the sky blue?', model: small, lanes: [{ kind: 'direct' }, { kind: 'cot', model: 'kin' }] }),
    ).toMatchObject({
      code: 'bad-prompt',
      message: 'kin-2L cannot read this prompt: “Why” is not a fact.',
    });
    expect(await refused({ prompt, lanes: [{ kind: 'direct' }, { kind: 'cot', model: 'nobody' }] })).toMatchObject({
      code: 'unknown-model',
    });
  });

  it('read a chat where they have a template, and say so where they have none', async () => {
    const { info, outcome } = await run({
      model: small,
      chat: { system: '' },
      lanes: [
        { kind: 'direct', maximumSteps: 3 },
        { kind: 'direct', model: 'kin' },
      ],
    });
    expect(outcome.status).toBe('done');
    expect(modelOfLane(info, 0).check.rendered).toContain('<|im_start|>');
    expect(modelOfLane(info, 1).check).toMatchObject({
      rendered: null,
      problems: [{ severity: 'warning', message: 'kin-2L has no chat template: it reads the prompt as it stands.' }],
    });
  });
});
