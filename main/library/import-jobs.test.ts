import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportJob } from '../contract/library';
import type { CatalogueModel } from './catalogue';
import { ImportJobs } from './import-jobs';
import { importModel, type ImportRequest, type ImportTools } from './import-model';
import { HubServer } from './testing/hub-server';
import { convertNothing, importTools } from './testing/import-tools';

let home: string;
let folder: string;
let file: string;
const before = process.env['HF_HOME'];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'interlinear-import-'));
  folder = join(home, 'models');
  file = join(home, 'Small Model.Q4_1.gguf');
  await writeFile(file, 'GGUF');
  process.env['HF_HOME'] = join(home, 'cache');
});
afterEach(async () => {
  if (before === undefined) delete process.env['HF_HOME'];
  else process.env['HF_HOME'] = before;
  await rm(home, { recursive: true });
});

const request = (changes: Partial<ImportRequest> = {}): ImportRequest => ({
  source: { kind: 'path', path: file },
  quantize: 'auto',
  ...changes,
});

const jobsWith = (tools: ImportTools): ImportJobs => new ImportJobs(async (what, watch) => importModel(what, tools, watch));

async function run(what: ImportRequest, changes: Partial<ImportTools> = {}): Promise<{ job: ImportJob; tools: ImportTools }> {
  const tools = importTools(folder, changes);
  const jobs = jobsWith(tools);
  return { job: await jobs.finished(jobs.add(what)), tools };
}

const left = async (): Promise<string[]> => readdir(folder).catch(() => []);

describe('an import', () => {
  it('puts a file into the library', async () => {
    const { job, tools } = await run(request());
    expect(job).toMatchObject({
      state: 'done',
      model: 'small-model-q4_1',
      phase: 'Installed',
      error: null,
      title: 'Small Model.Q4_1.gguf',
    });
    await expect(left()).resolves.toEqual(['small-model-q4_1']);
    const { manifest, summary } = await tools.library.open('small-model-q4_1');
    expect(manifest).toMatchObject({
      schema: 2,
      name: 'Small Model.Q4_1',
      license: 'apache-2.0',
      dtype: 'int4',
      source: { kind: 'file', detail: file },
      endTokens: [1],
      specialTokens: { begin: '<s>', end: '</s>' },
      notes: ['Reads less than promised.'],
      quantization: { requested: 'auto', report: [{ tensor: 'embedding' }] },
    });
    expect(summary).toMatchObject({ chat: true, dtype: 'int4', bytes: 7 });
    await expect(tools.library.verify('small-model-q4_1')).resolves.toMatchObject({ passed: true });
  });

  it('gives another kind of weights a name of its own, and a chosen name goes before', async () => {
    expect((await run(request({ quantize: 'f32' }))).job.model).toBe('small-model-q4_1-f32');
    expect((await run(request({ quantize: 'f32', name: '../../Größe\u001B' }))).job.model).toBe('gro-e');
  });

  it.each([
    [
      'a name that is taken',
      async () => {
        await run(request());
        return request();
      },
      'bad-request',
    ],
    ['a name of a model of the app', async () => Promise.resolve(request({ name: 'kin' })), 'bad-request'],
    ['a path with nothing', async () => Promise.resolve(request({ source: { kind: 'path', path: '/nothing/here.gguf' } })), 'bad-request'],
    ['a name the catalogue has not', async () => Promise.resolve(request({ source: { kind: 'catalogue', id: 'x' } })), 'unknown-model'],
    ['what is no id', async () => Promise.resolve(request({ source: { kind: 'hub', id: '../x' } })), 'bad-request'],
  ])('refuses %s and leaves nothing', async (_what, prepare, code) => {
    const what = await prepare();
    const old = await left();
    const { job } = await run(what);
    expect(job).toMatchObject({ state: 'failed', model: null, error: { code } });
    await expect(left()).resolves.toEqual(old);
  });

  it('leaves nothing when the disk is full, and says so', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    const convert: ImportTools['convert'] = async ({ target }) => {
      await writeFile(target, 'half');
      throw full;
    };
    const { job } = await run(request(), { convert });
    expect(job).toMatchObject({
      state: 'failed',
      error: { code: 'disk-full', hint: expect.stringContaining('Free some space') as string },
    });
    await expect(left()).resolves.toEqual([]);
  });

  it('leaves nothing when it is cancelled, running or queued', async () => {
    let begun = (): void => undefined;
    const running = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const convert: ImportTools['convert'] = async ({ target, signal }) => {
      await writeFile(target, 'half');
      begun();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    };
    const jobs = jobsWith(importTools(folder, { convert }));
    const first = jobs.add(request());
    const second = jobs.add(request({ name: 'second' }));
    await running;
    expect(jobs.list().map(({ state }) => state)).toEqual(['running', 'queued']);
    jobs.cancel(second);
    jobs.cancel(first);
    expect(await jobs.finished(first)).toMatchObject({ state: 'cancelled', error: null, model: null });
    expect(await jobs.finished(second)).toMatchObject({ state: 'cancelled' });
    await expect(left()).resolves.toEqual([]);
    expect(() => {
      jobs.cancel('none');
    }).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  it('goes on with the next one after a failure, one at a time', async () => {
    let active = 0;
    const convert: ImportTools['convert'] = async (what) => {
      expect(++active).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      active--;
      return convertNothing(what);
    };
    const jobs = jobsWith(importTools(folder, { convert }));
    const ids = ['a', 'kin', 'b'].map((name) => jobs.add(request({ name })));
    await jobs.finished(ids.at(-1) ?? '');
    expect(jobs.list().map(({ state }) => state)).toEqual(['done', 'failed', 'done']);
    await jobs.dispose();
  });
});

describe('an import from the catalogue', () => {
  const entry: CatalogueModel = {
    id: 'small',
    name: 'Small',
    license: 'MIT',
    parameters: 1,
    bytes: 1,
    description: '',
    sources: [
      { kind: 'hub', id: 'org/small', revision: 'main' },
      {
        kind: 'package',
        name: 'llm-small',
        version: '1',
        sha256: '0'.repeat(64),
        bytes: 1,
        file: 'x',
        fileSha256: '0'.repeat(64),
        fileBytes: 1,
      },
    ],
  };
  const catalogue = async () => Promise.resolve([entry]);
  const what = request({ source: { kind: 'catalogue', id: 'small' } });

  it('comes from the hub where that can be reached', async () => {
    const hub = new HubServer('org/small', { 'x.gguf': 'GGUF' });
    const environment = { HF_ENDPOINT: await hub.start() };
    const { job, tools } = await run(what, { catalogue, environment });
    await hub.stop();
    expect(job).toMatchObject({ state: 'done', model: 'small' });
    expect((await tools.library.open('small')).manifest).toMatchObject({
      name: 'Small',
      source: { kind: 'hub', detail: 'org/small', revision: hub.commit },
      license: 'mit',
    });
  });

  it('goes on to the next source where it cannot, saying so, and tells both reasons when that fails too', async () => {
    const hub = new HubServer('org/small', {});
    const environment = { HF_ENDPOINT: await hub.start() };
    await hub.stop();
    const phases = new Set<string>();
    const tools = importTools(folder, { catalogue, environment, pythons: [join(home, 'no-python')] });
    const jobs = jobsWith(tools);
    const id = jobs.add(what);
    const watch = setInterval(() => {
      const { phase, remark } = jobs.get(id);
      phases.add(`${phase} (${remark ?? ''})`);
    }, 1);
    const job = await jobs.finished(id);
    clearInterval(watch);
    expect(job).toMatchObject({
      state: 'failed',
      error: { code: 'unreachable', message: expect.stringMatching(/hub cannot be reached.*needs Python with pip/u) as string },
    });
    expect([...phases].join('\n')).toMatch(/llm-small 1 with pip \(Not from the hub: The hub cannot be reached/u);
    await expect(left()).resolves.toEqual([]);
  });
});
