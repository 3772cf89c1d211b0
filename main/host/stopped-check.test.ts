import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../contract/client';
import type { Doing } from '../contract/doing';
import type { ModelParity } from '../contract/library';
import { writeSmallFolder } from '../library/testing/small-checkpoints';
import { Engine } from './engine';
import { createMemoryPair } from './memory-transport';
import { ModelShelf } from './model-shelf';

const resources = join(import.meta.dirname, '..', '..', 'resources');

let folder: string;
let engine: Engine;

function startEngine(): Engine {
  return new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'models'), appVersion: '0.0.0' });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-stopped-'));
  engine = startEngine();
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

function connect(): { readonly client: EngineClient; readonly close: () => void } {
  const pair = createMemoryPair();
  engine.connect(pair.engine, 'window');
  return { client: new EngineClient(pair.client), close: () => pair.client.close() };
}

async function parityOf(client: EngineClient, id: string): Promise<readonly ModelParity[]> {
  const { installed } = await client.request('models.list', {});
  return installed.find(({ summary }) => summary.id === id)?.parity ?? [];
}

/** A model whose weights are in 4 bits, so that its check has an exact part. */
async function addModel(): Promise<string> {
  await writeSmallFolder(join(folder, 'source'));
  const shelf = new ModelShelf(resources, join(folder, 'models'));
  const { jobs } = shelf.store.library;
  const job = await jobs.finished(jobs.add({ source: { kind: 'path', path: join(folder, 'source') }, quantize: 'int4', name: 'small' }));
  await shelf.dispose();
  return job.model ?? '';
}

describe('a check', () => {
  it('says what it does, pass by pass, and counts them as they are', async () => {
    const id = await addModel();
    const said: Doing[] = [];
    await connect().client.request('devices.check', { model: id, device: 'cpu' }, { onDoing: (doing) => void said.push(doing) });
    for (const how of ['nothing rounded to 8 bits', 'as it runs']) {
      const counted = said.filter(({ what }) => what === `Comparing it with its reference, ${how}`);
      expect(counted.length).toBeGreaterThan(4);
      expect(counted.map(({ pass }) => pass)).toEqual(counted.map((_, i) => i + 1));
      expect(counted.map(({ passes }) => passes)).toEqual(counted.map(() => counted.length));
    }
    expect(said.map(({ what }) => what)).toContain('Measuring its speed on CPU');
  });

  it.each(['Loading it on CPU with nothing rounded', 'nothing rounded to 8 bits', 'Measuring its speed', 'as it runs'])(
    'that is stopped at “%s” leaves what was found before',
    async (place) => {
      const id = await addModel();
      const { client } = connect();
      const before = await parityOf(client, id);
      expect(before).toHaveLength(1);
      for (const ask of ['devices.check', 'models.verify'] as const) {
        const abort = new AbortController();
        // The last pass is the reference's, whose check takes a failure for one of the model's.
        const onDoing = ({ what, pass, passes }: Doing): void => {
          if (what.includes(place) && pass === (place === 'as it runs' ? passes : pass && 2)) abort.abort();
        };
        const options = { onDoing, signal: abort.signal };
        const asked =
          ask === 'models.verify' ? client.request(ask, { id }, options) : client.request(ask, { model: id, device: 'cpu' }, options);
        await expect(asked).rejects.toMatchObject({ code: 'cancelled', hint: 'What was found before stays.' });
        expect(abort.signal.aborted).toBe(true);
      }
      expect(await parityOf(client, id)).toEqual(before);
      // Another one is not kept from running.
      await expect(client.request('devices.check', { model: id, device: 'cpu' })).resolves.toMatchObject({ parity: { passed: true } });
    },
  );

  it('that waits behind another is stopped at once', async () => {
    const { client } = connect();
    const abort = new AbortController();
    const order: string[] = [];
    const first = client.request('devices.check', { model: 'kin', device: 'cpu' }).then(() => void order.push('first'));
    const second = client
      .request('devices.check', { model: 'kin', device: 'cpu' }, { signal: abort.signal, onDoing: () => abort.abort() })
      .catch(() => void order.push('stopped'));
    await Promise.all([first, second]);
    expect(order).toEqual(['stopped', 'first']);
  });

  it('ends when the window that asked for it is gone', async () => {
    const { client, close } = connect();
    const lost = client.request('devices.check', { model: 'kin', device: 'cpu' }, { onDoing: ({ pass }) => pass === 2 && close() });
    await expect(lost).rejects.toMatchObject({ code: 'engine-lost' });
    // Waits for all that is in the queue.
    await engine.dispose();
    engine = startEngine();
    expect(await parityOf(connect().client, 'kin')).toEqual([]);
  });
});
