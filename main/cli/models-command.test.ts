import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelShelf } from '../host/model-shelf';
import { ModelStore } from '../host/model-store';
import { HubServer } from '../library/testing/hub-server';
import { writeSmallGguf } from '../library/testing/small-checkpoints';
import { verifyCommand } from './devices-command';
import { addCommand, listCommand, removeCommand, showModelCommand } from './models-command';

const resources = join(import.meta.dirname, '..', '..', 'resources');

let folder: string;
let models: string;
let store: ModelStore;
let out = '';
let errors = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-cli-'));
  models = join(folder, 'models');
  store = new ModelStore(resources, models, { environment: {} });
  await writeSmallGguf(join(folder, 'small.gguf'));
  out = '';
  errors = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    errors += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const shelf = (): ModelShelf => new ModelShelf(resources, models);

const add = async (what = join(folder, 'small.gguf'), json = false): Promise<number> => addCommand(store, what, { quantize: 'f32', json });

/** The document printed, and nothing left of it. */
function printed(): unknown {
  const value: unknown = JSON.parse(out);
  out = '';
  return value;
}

describe('interlinear models', () => {
  it.each(['./nothing.gguf', 'nothing.gguf', '/no/folder', 'folder/nothing.gguf', '~/nothing'])(
    'takes %s for a path that leads nowhere, not for a name',
    async (what) => {
      await expect(addCommand(store, what, { quantize: 'auto' })).rejects.toThrow(`There is no file or folder ${what}.`);
    },
  );

  it('lists the catalogue for what is neither', async () => {
    await expect(addCommand(store, 'smolm2', { quantize: 'auto' })).rejects.toMatchObject({
      hint: expect.stringContaining('smollm2-135m-instruct') as string,
    });
    await expect(showModelCommand(store, 'smolm2', {})).rejects.toThrow('There is no model “smolm2”.');
    await expect(verifyCommand(shelf(), 'smolm2', {})).rejects.toThrow('smolm2');
    expect(() => store.folder('smolm2')).toThrow('There is no model “smolm2”.');
  });

  it('adds, lists, shows, verifies and removes', async () => {
    expect(await add(undefined, true)).toBe(0);
    expect(printed()).toMatchObject({ model: { summary: { id: 'small-f32' } }, seconds: expect.any(Number) as number });
    await listCommand(store, { json: true });
    expect(printed()).toMatchObject({ models: [{ id: 'kin' }, { id: 'small-f32' }], damaged: [], catalogue: [{ installed: false }] });
    await listCommand(store, {});
    expect(out).toMatch(/kin-2L[^]*small-f32 +small +apache-2.0/u);
    await showModelCommand(store, 'small-f32', {});
    expect(out).toMatch(/architecture +llama, 2 layers × 32/u);
    out = '';
    expect(await verifyCommand(shelf(), 'small-f32', { json: true })).toBe(0);
    expect(printed()).toMatchObject({ id: 'small-f32', passed: true, problems: [], parity: { device: 'cpu', passed: true, exact: null } });
    await writeFile(join(models, 'small-f32', 'tokenizer.json'), '{}');
    expect(await verifyCommand(shelf(), 'small-f32', {})).toBe(3);
    expect(out).toContain('small-f32: tokenizer.json has');
    out = '';
    await removeCommand(store, 'small-f32', { json: true });
    expect(printed()).toEqual({ removed: 'small-f32' });
    await expect(readdir(join(models, '.trash'))).resolves.toEqual([]);
  });

  it('says what cannot be added, with the code of the README', async () => {
    await expect(add('./nothing')).rejects.toMatchObject({ code: 'bad-request' });
    await writeFile(join(folder, 'no.gguf'), 'no');
    expect(await add(join(folder, 'no.gguf'))).toBe(3);
    expect(errors).toContain('the file');
    await expect(showModelCommand(store, 'none', {})).rejects.toMatchObject({ code: 'unknown-model' });
    await expect(removeCommand(store, '../kin', {})).rejects.toMatchObject({ code: 'unknown-model' });
    await expect(removeCommand(store, 'kin', {})).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('verifies in words, and stops at Ctrl-C with what was found before', async () => {
    expect(await add()).toBe(0);
    const before = await store.parityOf('small-f32');
    const verifying = verifyCommand(shelf(), 'small-f32', {});
    await vi.waitFor(() => {
      expect(errors).toContain('Comparing every file with its hash…\n');
    });
    process.emit('SIGINT');
    await expect(verifying).rejects.toMatchObject({ code: 'cancelled' });
    expect(errors).toContain('Stopping after the pass under way.');
    expect(await store.parityOf('small-f32')).toEqual(before);
    expect(before).toHaveLength(1);
  });

  it('stops at Ctrl-C and leaves nothing', async () => {
    const hub = new HubServer('org/small', {});
    hub.mood.silent = true;
    store = new ModelStore(resources, models, { environment: { HF_ENDPOINT: await hub.start() } });
    const job = add('org/small');
    await vi.waitFor(() => {
      expect(hub.requests).toHaveLength(1);
    });
    process.emit('SIGINT');
    expect(await job).toBe(130);
    await hub.stop();
    await expect(readdir(models).catch(() => [])).resolves.toEqual([]);
  });
});
