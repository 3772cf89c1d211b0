import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../contract/client';
import type { ImportJob } from '../contract/library';
import { protocolVersion } from '../contract/protocol';
import { writeSmallFolder, writeSmallGguf } from '../library/testing/small-checkpoints';
import { openStoredPackage } from '../models/stored-package';
import { Engine } from './engine';
import { createMemoryPair } from './memory-transport';

const resources = join(import.meta.dirname, '..', '..', 'resources');

let folder: string;
let models: string;
let engine: Engine;
let client: EngineClient;
let shell: EngineClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-models-'));
  models = join(folder, 'models');
  engine = new Engine({ resources, runs: join(folder, 'runs'), models, appVersion: '0.0.0' });
  const [window, desktop] = [createMemoryPair(), createMemoryPair()];
  engine.connect(window.engine, 'window');
  engine.connect(desktop.engine, 'shell');
  client = new EngineClient(window.client);
  shell = new EngineClient(desktop.client);
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Imports what is at a path, as a window does with what was dropped on it, and waits as a window does. */
async function add(path: string, quantize: 'auto' | 'f32' = 'f32'): Promise<ImportJob> {
  const { grant } = await shell.request('models.grant', { path });
  const { job: id } = await client.request('models.addGranted', { grant, quantize });
  for (;;) {
    const { jobs } = await client.request('models.jobs', {});
    const job = jobs.find((candidate) => candidate.id === id);
    if (job && job.state !== 'queued' && job.state !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the models of an engine', () => {
  it('are those of the app, with what they cannot do, and a catalogue', async () => {
    const { installed, catalogue } = await client.request('models.list', {});
    expect(installed.map(({ summary, builtIn }) => [summary.id, builtIn])).toEqual([['kin', true]]);
    expect(installed[0]?.notes).toContain('Reads only questions about the families of its names.');
    expect(catalogue).toEqual([expect.objectContaining({ id: 'smollm2-135m-instruct', license: 'Apache-2.0', installed: false })]);
    await expect(client.request('models.verify', { id: 'kin' })).resolves.toMatchObject({
      passed: true,
      problems: [],
      parity: { passed: true, exact: null },
    });
    await expect(client.request('models.remove', { id: 'kin' })).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('grow by a folder as transformers writes it', async () => {
    await writeSmallFolder(join(folder, 'Small'));
    expect(await add(join(folder, 'Small'))).toMatchObject({ state: 'done', model: 'small-f32', error: null });
    const { manifest, spec, maximumPositions } = await openStoredPackage(join(models, 'small-f32'));
    expect(manifest).toMatchObject({
      architecture: 'llama',
      dtype: 'f32',
      endTokens: [2, 0],
      specialTokens: { begin: '<|im_start|>', end: '<|im_end|>' },
    });
    expect([spec.vocabulary, maximumPositions]).toEqual([40, 512]);
    expect(spec.positions).toMatchObject({ kind: 'rotary', frequencyFactors: expect.any(Array) as unknown });
    const { installed } = await client.request('models.list', {});
    expect(installed[1]).toMatchObject({ builtIn: false, damage: null, summary: { id: 'small-f32', chat: true } });
    const { models: runnable } = await client.request('hello', { protocol: protocolVersion });
    expect(runnable.map(({ id }) => id)).toEqual(['kin', 'small-f32']);
  });

  it('grow by a GGUF file, and it runs', async () => {
    const path = join(folder, 'small.gguf');
    await writeSmallGguf(path);
    expect(await add(path)).toMatchObject({ state: 'done', model: 'small-f32' });
    const { manifest } = await openStoredPackage(join(models, 'small-f32'));
    expect(manifest).toMatchObject({ license: 'apache-2.0', endTokens: [2], specialTokens: { begin: '<|im_start|>', end: '<|im_end|>' } });
    const check = await client.request('prompt.check', { model: 'small-f32', prompt: 'abc' });
    expect(check.tokens.map(({ text }) => text).join('')).toContain('abc');
  });

  it('are not read from what no one has granted, nor from what is no model', async () => {
    await expect(client.request('models.addGranted', { grant: 'model-0', quantize: 'auto' })).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(client.request('models.grant', { path: folder })).rejects.toMatchObject({ code: 'bad-request' });
    await writeFile(join(folder, 'no.gguf'), 'not at all');
    expect(await add(join(folder, 'no.gguf'))).toMatchObject({ state: 'failed', error: { code: 'bad-model' } });
    expect(await add(folder)).toMatchObject({ state: 'failed', error: { code: 'bad-model' } });
    await expect(readdir(models)).resolves.toEqual([]);
  });

  it('are removed, brought back, and deleted when the engine ends', async () => {
    const path = join(folder, 'small.gguf');
    await writeSmallGguf(path);
    await add(path);
    await client.request('prompt.check', { model: 'small-f32', prompt: 'abc' });
    await client.request('models.remove', { id: 'small-f32' });
    await expect(client.request('prompt.check', { model: 'small-f32', prompt: 'abc' })).rejects.toMatchObject({ code: 'unknown-model' });
    await client.request('models.restore', { id: 'small-f32' });
    await expect(client.request('models.verify', { id: 'small-f32' })).resolves.toMatchObject({ passed: true });
    await client.request('models.remove', { id: 'small-f32' });
    await engine.dispose();
    await expect(readdir(join(models, '.trash'))).resolves.toEqual([]);
  });

  it('say what is wrong with a damaged one', async () => {
    const path = join(folder, 'small.gguf');
    await writeSmallGguf(path);
    await add(path);
    await writeFile(join(models, 'small-f32', 'tokenizer.json'), '{}');
    const { installed } = await client.request('models.list', {});
    expect(installed[1]).toMatchObject({ summary: { id: 'small-f32' }, damage: expect.stringContaining('tokenizer.json') as string });
    await expect(client.request('models.verify', { id: 'small-f32' })).resolves.toMatchObject({ passed: false });
    await client.request('models.remove', { id: 'small-f32' });
  });
});
