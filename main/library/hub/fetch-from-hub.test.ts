import { mkdtemp, readFile, readdir, readlink, rm, writeFile, mkdir } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgressMeter } from '../progress-meter';
import { HubServer } from '../testing/hub-server';
import { fetchFromHub } from './fetch-from-hub';
import { parseHubId, readHubId } from './hub-id';

const weights = randomBytes(300_000);
const weightsHash = createHash('sha256').update(weights).digest('hex');
const repository = 'org/small';
const files = {
  'config.json': '{"a":1}',
  'tokenizer.json': '{}',
  'model.safetensors': weights,
  'README.md': 'text',
  'other/model.bin': 'x',
};

let home: string;
let hub: HubServer;
let endpoint: string;
const before = process.env['HF_HOME'];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'interlinear-hub-'));
  process.env['HF_HOME'] = home;
  hub = new HubServer(repository, files);
  endpoint = await hub.start();
});
afterEach(async () => {
  if (before === undefined) delete process.env['HF_HOME'];
  else process.env['HF_HOME'] = before;
  await hub.stop();
  await rm(home, { recursive: true });
});

const cache = (...path: string[]): string => join(home, 'hub', 'models--org--small', ...path);

async function get(id = repository, options: { signal?: AbortSignal; token?: string; silence?: number } = {}) {
  const meter = new ProgressMeter(() => 0);
  const environment = { HF_ENDPOINT: endpoint, ...(options.token !== undefined && { HF_TOKEN: options.token }) };
  const { signal = new AbortController().signal, silence } = options;
  return fetchFromHub(readHubId(id), {
    environment,
    meter,
    signal,
    pause: 1,
    ...(silence !== undefined && { silence, patience: silence }),
  });
}

const fetched = (): string[] => hub.requests.filter((request) => request.includes('model.safetensors'));

describe('ids of the hub', () => {
  it.each([
    ['org/name', { repository: 'org/name', revision: 'main', file: null }],
    ['org/name@v1.0', { repository: 'org/name', revision: 'v1.0', file: null }],
    ['o/n@refs/pr/1', { repository: 'o/n', revision: 'refs/pr/1', file: null }],
    ['o/n/sub/x.Q4.gguf@main', { repository: 'o/n', revision: 'main', file: 'sub/x.Q4.gguf' }],
  ])('%s is read', (text, id) => {
    expect(parseHubId(text)).toEqual(id);
  });

  it.each([
    '',
    'name',
    'a/b/c',
    '../b',
    'a/..',
    'a/b@..',
    'a/b@x/../../y',
    'a/b@/x',
    'a/../x.gguf',
    'a/b/../x.gguf',
    'a--b/c',
    'a/b?x',
    'a/b\n',
    '/a/b',
    'a\\b/c',
  ])('%j is none', (text) => {
    expect(parseHubId(text)).toBeNull();
    expect(() => readHubId(text)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

describe('a checkpoint of the hub', () => {
  it('comes into the cache other programs share, with what makes a checkpoint and no more', async () => {
    const { path, commit, license } = await get();
    expect([path, commit, license]).toEqual([cache('snapshots', hub.commit), hub.commit, 'mit']);
    await expect(readdir(path)).resolves.toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect((await readFile(join(path, 'model.safetensors'))).equals(weights)).toBe(true);
    await expect(readlink(join(path, 'model.safetensors'))).resolves.toBe(`../../blobs/${weightsHash}`);
    await expect(readFile(cache('refs', 'main'), 'utf8')).resolves.toBe(hub.commit);
  });

  it('is fetched once', async () => {
    await get();
    await get(`${repository}@${hub.commit}`);
    expect(fetched()).toHaveLength(1);
  });

  it('goes on where a transfer broke off', async () => {
    Object.assign(hub.mood, { breakAfter: 100_000, breaks: 2 });
    const { path } = await get();
    expect((await readFile(join(path, 'model.safetensors'))).equals(weights)).toBe(true);
    expect(fetched().map((request) => /bytes=(\d+)-/u.exec(request)?.[1] ?? '0')).toEqual(['0', '100000', '200000']);
  });

  it('goes on where another program broke off', async () => {
    const part = `${cache('blobs', weightsHash)}.incomplete`;
    await mkdir(dirname(part), { recursive: true });
    await writeFile(part, weights.subarray(0, 123_456));
    await get();
    expect(fetched()).toEqual([expect.stringContaining('bytes=123456-')]);
  });

  it('begins again where the server knows no ranges', async () => {
    const part = `${cache('blobs', weightsHash)}.incomplete`;
    await mkdir(dirname(part), { recursive: true });
    await writeFile(part, randomBytes(1000));
    hub.mood.noRanges = true;
    const { path } = await get();
    expect((await readFile(join(path, 'model.safetensors'))).equals(weights)).toBe(true);
  });

  it('is fetched again when what was there already is not its beginning', async () => {
    const part = `${cache('blobs', weightsHash)}.incomplete`;
    await mkdir(dirname(part), { recursive: true });
    await writeFile(part, randomBytes(1000));
    const { path } = await get();
    expect((await readFile(join(path, 'model.safetensors'))).equals(weights)).toBe(true);
    expect(fetched()).toHaveLength(2);
  });

  it('is refused when it arrives damaged twice, and nothing damaged has its name', async () => {
    hub.mood.damaged = 100;
    await expect(get()).rejects.toMatchObject({ code: 'unreachable', message: expect.stringContaining('damaged') as string });
    await expect(readdir(cache('blobs'))).resolves.toEqual([]);
  });

  it('is given up when the server keeps breaking off at the same place', async () => {
    Object.assign(hub.mood, { breakAfter: 1000, breaks: 1000, noRanges: true });
    await expect(get()).rejects.toMatchObject({ code: 'unreachable' });
    expect(fetched().length).toBeLessThan(6);
  });

  it('is given up when nothing comes', async () => {
    await get(`${repository}@${hub.commit}`);
    await rm(cache('blobs', weightsHash));
    Object.assign(hub.mood, { breakAfter: 0, breaks: 0 });
    const silent = get(repository, { silence: 100 });
    hub.mood.silent = true;
    await expect(silent).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('did not answer in time') as string,
    });
  });

  it.each([
    [401, 'unreachable'],
    [403, 'unreachable'],
    [404, 'unknown-model'],
    [503, 'unreachable'],
  ])('whose files answer %i is %s', async (status, code) => {
    hub.mood.fileStatus = status;
    await expect(get()).rejects.toMatchObject({ code });
  });

  it('is not there: the hub says so', async () => {
    await expect(get('org/other')).rejects.toMatchObject({ code: 'unknown-model' });
    await expect(get(`${repository}@v9`)).rejects.toMatchObject({ code: 'unknown-model' });
    await expect(get(`${repository}/x.gguf`)).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it('that needs permission is given to who has a token', async () => {
    hub.mood.token = 'hf_secret';
    await expect(get()).rejects.toMatchObject({ code: 'unreachable', hint: expect.stringContaining('HF_TOKEN') as string });
    await expect(get(repository, { token: 'hf_secret' })).resolves.toMatchObject({ commit: hub.commit });
  });

  it('that is in the cache needs no hub', async () => {
    const { path } = await get();
    await hub.stop();
    await expect(get()).resolves.toMatchObject({ path, commit: hub.commit });
    await expect(get(`${repository}@${hub.commit}`)).resolves.toMatchObject({ path });
    await rm(cache('blobs', weightsHash));
    await expect(get()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is not asked of a machine that is not there', async () => {
    await hub.stop();
    await expect(get()).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('is never written to where the listing says, only under plain names', async () => {
    hub.mood.extra = ['../../../evil.gguf', '/etc/evil.gguf', 'a\\..\\evil.gguf', '..'];
    await get();
    await expect(readdir(home)).resolves.toEqual(['hub']);
    await expect(readdir(cache())).resolves.toEqual(['blobs', 'refs', 'snapshots']);
  });

  it('keeps what came when it is cancelled', async () => {
    Object.assign(hub.mood, { breakAfter: 100_000, breaks: 1 });
    const abort = new AbortController();
    const meter = new ProgressMeter(() => 0);
    const update = meter.update.bind(meter);
    meter.update = (done) => {
      update(done);
      if (done > 50_000) abort.abort();
    };
    const job = fetchFromHub(readHubId(repository), { environment: { HF_ENDPOINT: endpoint }, meter, signal: abort.signal, pause: 1 });
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
    await get();
    expect(fetched().at(-1)).toMatch(/bytes=[1-9]/u);
  });
});

describe('a repository of GGUF files', () => {
  it('gives its only one, or the one named, and asks which where there are many', async () => {
    await hub.stop();
    hub = new HubServer(repository, { 'a.gguf': 'GGUF-a', 'sub/b.gguf': 'GGUF-b' });
    endpoint = await hub.start();
    await expect(get()).rejects.toMatchObject({ code: 'unsupported', hint: expect.stringContaining('org/small/a.gguf') as string });
    const { path } = await get(`${repository}/sub/b.gguf`);
    await expect(readFile(path, 'utf8')).resolves.toBe('GGUF-b');
  });

  it('without any weights is not supported', async () => {
    await hub.stop();
    hub = new HubServer(repository, { 'config.json': '{}', 'pytorch_model.bin': 'x' });
    endpoint = await hub.start();
    await expect(get()).rejects.toMatchObject({ code: 'unsupported' });
  });
});
