import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assemblyPlugin } from '../../scripts/build/assembly.ts';
import { EngineClient } from '../contract/client';
import type { ImportJob } from '../contract/library';
import { runRequestSchema } from '../contract/run';
import { HubServer } from '../library/testing/hub-server';
import { writeSmallFolder } from '../library/testing/small-checkpoints';
import { Engine } from './engine';
import type { SideProcess } from './side-process';
import { createMemoryPair } from './memory-transport';

const root = join(import.meta.dirname, '..', '..');
const resources = join(root, 'resources');

let outDir: string | null = null;
let program = '';
beforeAll(async () => {
  // As a file that plain Node can run, where it finds the project's packages.
  outDir = await mkdtemp(join(root, 'node_modules', '.import-process-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    root,
    plugins: [assemblyPlugin()],
    build: {
      ssr: join(import.meta.dirname, 'import-process.ts'),
      outDir,
      rollupOptions: { output: { entryFileNames: 'importer.mjs' } },
    },
  });
  program = join(outDir, 'importer.mjs');
});
// Of a folder that was made, and by its own name: where the build failed, the parent of no program would be that of the working folder.
afterAll(async () => {
  if (outDir !== null) await rm(outDir, { recursive: true });
});

let folder: string;
let engine: Engine;
let client: EngineClient;
let shell: EngineClient;
let children: ChildProcess[];
/** What the processes are given besides this one's environment. */
let environment: NodeJS.ProcessEnv;
let freezeAtOnce: boolean;

const startProcess = (): SideProcess => {
  const child = fork(program, [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...environment },
  });
  children.push(child);
  if (freezeAtOnce) child.kill('SIGSTOP');
  return {
    send: (order) => void (child.connected && child.send(order as object)),
    onMessage: (listener) => void child.on('message', listener),
    onGone: (listener) => void child.once('exit', listener),
    kill: () => void child.kill('SIGKILL'),
  };
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-elsewhere-'));
  [children, environment, freezeAtOnce] = [[], {}, false];
  engine = new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'models'), appVersion: '0.0.0', startProcess });
  const [window, desktop] = [createMemoryPair(), createMemoryPair()];
  engine.connect(window.engine, 'window');
  engine.connect(desktop.engine, 'shell');
  client = new EngineClient(window.client);
  shell = new EngineClient(desktop.client);
});
afterEach(async () => {
  await engine.dispose();
  if (children.some(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) throw new Error('A process was left behind');
  await rm(folder, { recursive: true });
});

async function add(path: string): Promise<string> {
  const { grant } = await shell.request('models.grant', { path });
  return (await client.request('models.addGranted', { grant, quantize: 'int4' })).job;
}

/** Looks at an import until something is so. */
async function until(id: string, isSo: (job: ImportJob) => boolean): Promise<ImportJob> {
  for (;;) {
    const { jobs } = await client.request('models.jobs', {});
    const job = jobs.find((candidate) => candidate.id === id);
    if (job && isSo(job)) return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const ended = ({ state }: ImportJob): boolean => state !== 'queued' && state !== 'running';

const left = async (): Promise<string[]> => readdir(join(folder, 'models')).catch(() => []);

describe('an import in a process of its own', () => {
  it('puts a model into the library, compared and ready to run', async () => {
    await writeSmallFolder(join(folder, 'Small'));
    expect(await until(await add(join(folder, 'Small')), ended)).toMatchObject({ state: 'done', model: 'small-int4', error: null });
    const { installed } = await client.request('models.list', {});
    expect(installed[1]).toMatchObject({
      summary: { id: 'small-int4' },
      parity: [{ device: 'cpu', passed: true, exact: { passed: true } }],
    });
    expect(children).toHaveLength(1);
  });

  it('tells what went wrong in the words it has on this thread', async () => {
    await writeFile(join(folder, 'no.gguf'), 'not at all');
    const elsewhere = await until(await add(join(folder, 'no.gguf')), ended);
    const here = new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'others'), appVersion: '0.0.0' });
    const [window, desktop] = [createMemoryPair(), createMemoryPair()];
    here.connect(window.engine, 'window');
    here.connect(desktop.engine, 'shell');
    [client, shell] = [new EngineClient(window.client), new EngineClient(desktop.client)];
    const local = await until(await add(join(folder, 'no.gguf')), ended);
    await here.dispose();
    expect(elsewhere).toMatchObject({ state: 'failed', error: { code: 'bad-model' } });
    expect(elsewhere.error).toEqual(local.error);
    await expect(left()).resolves.toEqual([]);
  });

  it('leaves the steps of a run alone: all of them come while it stands still', async () => {
    freezeAtOnce = true;
    await writeSmallFolder(join(folder, 'Small'));
    const job = await add(join(folder, 'Small'));
    await until(job, ({ state }) => state === 'running');
    let steps = 0;
    const { finished } = await engine.start(
      runRequestSchema.parse({
        prompt: 'ada→bob bob→cy ? bob or sue from ada',
        lanes: [{ kind: 'cot', maximumSteps: 40, ignoreEnd: true }],
      }),
      {
        push: ({ type }) => {
          if (type === 'steps') steps++;
        },
        ready: async () => Promise.resolve(),
      },
    );
    expect((await finished).outcome).toMatchObject({ status: 'done', error: null });
    expect(steps).toBeGreaterThanOrEqual(40);
    expect((await client.request('models.jobs', {})).jobs[0]?.state).toBe('running');
    children[0]?.kill('SIGCONT');
    expect(await until(job, ended)).toMatchObject({ state: 'done' });
  });

  it('is ended when it is cancelled, even where it hears nothing, and leaves nothing half-made', async () => {
    const hub = new HubServer('org/small', {});
    hub.mood.silent = true;
    environment = { HF_ENDPOINT: await hub.start(), HF_HOME: join(folder, 'cache') };
    for (const frozen of [false, true]) {
      const { job } = await client.request('models.add', { source: { kind: 'hub', id: 'org/small' }, quantize: 'auto' });
      await until(job, ({ phase }) => phase === 'Asking the hub for org/small');
      expect(await left()).toEqual([expect.stringMatching(/^small\.partial-/u)]);
      if (frozen) children.at(-1)?.kill('SIGSTOP');
      await client.request('models.cancel', { job });
      expect(await until(job, ended)).toMatchObject({ state: 'cancelled', error: null, model: null });
      await expect(left()).resolves.toEqual([]);
    }
    await hub.stop();
  });

  it('that dies is told, leaves nothing, and the next one goes on', async () => {
    const hub = new HubServer('org/small', {});
    hub.mood.silent = true;
    environment = { HF_ENDPOINT: await hub.start(), HF_HOME: join(folder, 'cache') };
    const { job } = await client.request('models.add', { source: { kind: 'hub', id: 'org/small' }, quantize: 'auto' });
    await until(job, ({ phase }) => phase === 'Asking the hub for org/small');
    children[0]?.kill('SIGKILL');
    expect(await until(job, ended)).toMatchObject({ state: 'failed', error: { code: 'engine-lost' } });
    await expect(left()).resolves.toEqual([]);
    await writeSmallFolder(join(folder, 'Small'));
    expect(await until(await add(join(folder, 'Small')), ended)).toMatchObject({ state: 'done' });
    await hub.stop();
  });
});
