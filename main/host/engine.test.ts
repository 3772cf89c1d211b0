import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineClient } from '../contract/client';
import { decodeSteps } from '../contract/frame';
import { protocolVersion, type RunEvent } from '../contract/protocol';
import type { RunRequestInput } from '../contract/run';
import { Engine } from './engine';
import { createMemoryPair } from './memory-transport';

const resources = join(import.meta.dirname, '..', '..', 'resources');
const prompt = 'ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada';
const lanes: RunRequestInput['lanes'] = [
  { kind: 'direct' },
  { kind: 'cot' },
  { kind: 'best-of-n', n: 4 },
  { kind: 'coconut', thoughts: 2 },
];

let folder = '';
let engine: Engine;
let client: EngineClient;
let shell: EngineClient;
let events: RunEvent[] = [];
let waiters: { readonly run: string; readonly type: RunEvent['type']; readonly resolve: () => void }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-engine-'));
  engine = new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'models'), appVersion: '0.0.0' });
  events = [];
  waiters = [];
  const pair = createMemoryPair();
  engine.connect(pair.engine, 'window');
  client = new EngineClient(pair.client);
  client.onEvents((frame) => {
    events.push(...frame);
    for (const { run, type, resolve } of waiters) if (frame.some((event) => event.run === run && event.type === type)) resolve();
  });
  const shellPair = createMemoryPair();
  engine.connect(shellPair.engine, 'shell');
  shell = new EngineClient(shellPair.client);
});

afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** Resolves when the run has said an event of that type. */
async function said(run: string, type: RunEvent['type']): Promise<void> {
  if (events.some((event) => event.run === run && event.type === type)) return;
  await new Promise<void>((resolve) => waiters.push({ run, type, resolve }));
}

async function finished(run: string): Promise<Extract<RunEvent, { type: 'finished' }>> {
  await said(run, 'finished');
  const event = events.find((candidate) => candidate.run === run && candidate.type === 'finished');
  if (event?.type !== 'finished') throw new Error('The run did not finish');
  return event;
}

const vocabularyOf = (run: string): readonly string[] => {
  const started = events.find((event) => event.run === run && event.type === 'started');
  return started?.type === 'started' ? started.info.vocabulary : [];
};

const stepsOf = (run: string): ReturnType<typeof decodeSteps> => {
  const started = events.find((event) => event.run === run && event.type === 'started');
  if (started?.type !== 'started') throw new Error('The run did not start');
  return events.flatMap((event) => (event.run === run && event.type === 'steps' ? decodeSteps(started.info.layout, event.packed) : []));
};

describe('the engine', () => {
  it('says what it has', async () => {
    const hello = await client.request('hello', { protocol: protocolVersion });
    expect(hello.models).toMatchObject([{ id: 'kin', layers: 2, width: 128 }]);
    expect(hello.presets.length).toBeGreaterThanOrEqual(6);
    await expect(client.request('hello', { protocol: 99 })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('starts with no model and no presets at all: recorded runs need neither', async () => {
    const bare = new Engine({
      resources: join(folder, 'nothing'),
      runs: join(folder, 'runs'),
      models: join(folder, 'models'),
      appVersion: '0.0.0',
    });
    const pair = createMemoryPair();
    bare.connect(pair.engine, 'window');
    await expect(new EngineClient(pair.client).request('hello', { protocol: protocolVersion })).resolves.toMatchObject({
      models: [],
      presets: [],
    });
    await bare.dispose();
  });

  it('runs four lanes, records them, and shows the same from the trace', async () => {
    const { run } = await client.request('run.start', { prompt, lanes });
    const end = await finished(run);
    expect(end).toMatchObject({ outcome: { status: 'done', error: null }, recordingError: null });
    expect(end.outcome.parity.map((check) => [check.name, check.passed])).toEqual([
      ['lastLayerLensEqualsLogits', true],
      ['cachedEqualsUncached', true],
      ['equalsReference', true],
    ]);
    await vi.waitFor(async () => {
      const { installed } = await client.request('models.list', {});
      expect(installed[0]).toMatchObject({ builtIn: true, parity: [{ device: 'cpu', passed: true }] });
    });
    const live = stepsOf(run);
    expect(new Set(live.map((step) => step.lane))).toEqual(new Set([0, 1, 2, 3]));
    expect(live.filter((step) => step.lane === 3 && step.kind === 'thought')).toHaveLength(2);

    const { traces } = await client.request('traces.list', {});
    expect(traces).toMatchObject([{ id: end.trace?.id, prompt, status: 'done' }]);
    const reopened = await client.request('traces.open', { trace: traces[0]?.id ?? '' });
    await finished(reopened.run);
    const key = (step: (typeof live)[number]): string => `${step.lane}/${step.branch}/${step.index}`;
    const byKey = (a: (typeof live)[number], b: (typeof live)[number]): number => key(a).localeCompare(key(b));
    expect(stepsOf(reopened.run).toSorted(byKey)).toEqual(live.toSorted(byKey));
    const { paths } = await client.request('trajectory', { branches: [{ run: reopened.run, lane: 3, branch: 0 }], stream: 2 });
    expect(paths).toMatchObject([{ run: reopened.run, lane: 3, branch: 0 }]);
  });

  it('gives tensors and one trajectory basis for all lanes, live or from disk', async () => {
    const { run } = await client.request('run.start', { prompt, lanes });
    await finished(run);
    const tap = await client.request('run.tap', { run, lane: 3, branch: 0, step: 1, tap: 'thought' });
    expect(tap.shape).toEqual([128]);
    await expect(client.request('run.tap', { run, lane: 0, branch: 0, step: 0, tap: 'thought' })).rejects.toMatchObject({
      code: 'unsupported',
    });
    await expect(client.request('run.tap', { run, lane: 0, branch: 0, step: 99, tap: 'residual' })).rejects.toMatchObject({
      code: 'unknown-run',
    });
    const branches = lanes.map((_, lane) => ({ run, lane, branch: 0 }));
    const trajectory = await client.request('trajectory', { branches, stream: 2 });
    expect(trajectory.paths).toHaveLength(4);
    expect(trajectory.explained[0]).toBeGreaterThan(trajectory.explained[1] ?? 1);
    expect(trajectory.residual).toBeGreaterThan(0);
    expect(trajectory.residual).toBeLessThan(1);
  });

  it('cancels between ticks and keeps what was recorded', async () => {
    const { run } = await client.request('run.start', { prompt, lanes: [{ kind: 'cot', ignoreEnd: true, maximumSteps: 4000 }] });
    await said(run, 'steps');
    await client.request('run.cancel', { run });
    const end = await finished(run);
    expect(end.outcome.status).toBe('cancelled');
    expect(end.trace).not.toBeNull();
    const steps = stepsOf(run);
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThan(4000);
  });

  it('forks a branch: the steps before stay, the chosen token stands, the rule goes on', async () => {
    const { run } = await client.request('run.start', { prompt, lanes });
    await finished(run);
    const chain = stepsOf(run).filter((step) => step.lane === 1);
    const other = vocabularyOf(run).indexOf('eli');
    const fork = await client.request('run.fork', { run, lane: 1, branch: 0, step: 1, token: other });
    await finished(fork.run);
    const forked = stepsOf(fork.run);
    expect(forked.slice(0, 2).map((step) => step.tokenId)).toEqual([chain[0]?.tokenId, other]);
    expect(forked[1]).toMatchObject({ forced: true });
    expect(forked.length).toBeGreaterThan(2);
  });

  it('repeats itself with the same seed when isolated', async () => {
    const request = { prompt, lanes, schedule: 'isolated', seed: 11 } as const;
    const runs = [await client.request('run.start', request), await client.request('run.start', request)];
    await Promise.all(runs.map(async ({ run }) => finished(run)));
    const untimed = runs.map(({ run }) => stepsOf(run).map((step) => ({ ...step, milliseconds: 0 })));
    expect(untimed[0]).toEqual(untimed[1]);
  });

  it('exports for the shell only, and opens what the shell granted', async () => {
    const { run } = await client.request('run.start', { prompt, lanes: [{ kind: 'direct' }] });
    await finished(run);
    const path = join(folder, 'shared.interlinear');
    await expect(client.request('run.export', { run, format: 'bundle', path })).rejects.toMatchObject({ code: 'bad-request' });
    expect((await shell.request('run.export', { run, format: 'bundle', path })).bytes).toBeGreaterThan(0);
    expect(existsSync(path)).toBe(true);
    const { trace } = await shell.request('traces.grant', { path });
    const reopened = await client.request('traces.open', { trace });
    expect((await finished(reopened.run)).outcome.status).toBe('done');
  });

  it.each([
    ['an empty prompt', { prompt: '' }, 'bad-prompt'],
    ['a prompt of spaces', { prompt: '   ' }, 'bad-prompt'],
    ['an unknown name', { prompt: 'ada→bob ? bob or xyz from ada' }, 'bad-prompt'],
    ['an unknown model', { prompt, model: 'gpt' }, 'unknown-model'],
    ['a model that is a path', { prompt, model: '../kin' }, 'unknown-model'],
  ])('refuses %s', async (_, request, code) => {
    await expect(client.request('run.start', { lanes, ...request })).rejects.toMatchObject({ code });
  });

  it('refuses trace ids that are paths, and damaged traces', async () => {
    for (const trace of ['../x.interlinear', '/etc/passwd', 'none.interlinear']) {
      await expect(client.request('traces.open', { trace })).rejects.toMatchObject({ code: 'unknown-trace' });
    }
    const path = join(folder, 'broken.interlinear');
    await writeFile(path, 'not a bundle');
    const { trace } = await shell.request('traces.grant', { path });
    await expect(client.request('traces.open', { trace })).rejects.toMatchObject({ code: 'bad-trace' });
  });

  it('goes on running when the disk cannot be written, and says so', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const broken = new Engine({ resources, runs: join(file, 'runs'), models: join(file, 'models'), appVersion: '0.0.0' });
    const pair = createMemoryPair();
    broken.connect(pair.engine, 'window');
    const window = new EngineClient(pair.client);
    const end = new Promise<RunEvent>((resolve) => {
      window.onEvents((frame) => {
        for (const event of frame) if (event.type === 'finished') resolve(event);
      });
    });
    const { run } = await window.request('run.start', { prompt, lanes });
    await expect(end).resolves.toMatchObject({ outcome: { status: 'done' }, trace: null, recordingError: { code: 'disk-error' } });
    await expect(window.request('run.tap', { run, lane: 0, branch: 0, step: 0, tap: 'residual' })).resolves.toMatchObject({
      shape: [3, 128],
    });
    await broken.dispose();
  });
});
