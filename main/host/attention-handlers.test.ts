import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attentionCode } from '../contract/attention';
import { EngineClient } from '../contract/client';
import type { RunEvent } from '../contract/protocol';
import { runRequestSchema } from '../contract/run';
import { Engine } from './engine';
import { createMemoryPair } from './memory-transport';
import { ModelShelf } from './model-shelf';

const resources = join(import.meta.dirname, '..', '..', 'resources');
const request = runRequestSchema.parse({
  prompt: 'ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada',
  lanes: [{ kind: 'cot' }, { kind: 'coconut', thoughts: 2 }],
});
const thinking = { lane: 1, branch: 0 };

let folder = '';
let engine: Engine;
let client: EngineClient;
let run = '';
let trace = '';
let started: Extract<RunEvent, { type: 'started' }>['info'] | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-attention-'));
  engine = new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'models'), appVersion: '0.0.0' });
  const pair = createMemoryPair();
  engine.connect(pair.engine, 'window');
  client = new EngineClient(pair.client);
  const observer = {
    push: (event: RunEvent) => void (started = event.type === 'started' ? event.info : started),
    ready: () => Promise.resolve(),
  };
  const running = await engine.start(request, observer);
  ({ run } = running);
  const { trace: recorded } = await running.finished;
  trace = recorded?.path.split('/').at(-1) ?? '';
});

afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe('attention of a run', () => {
  it('is the same from the run and from its trace, thoughts included, and agrees with its exact rows', async () => {
    const { run: reopened } = await client.request('traces.open', { trace });
    const positions = (started?.check.tokens.length ?? 0) + 4;
    const ask = { ...thinking, layer: 1, head: 2, first: 0, count: positions, pool: 8 } as const;
    const live = await client.request('run.attention', { run, ...ask });
    const recorded = await client.request('run.attention', { run: reopened, ...ask });
    expect(recorded).toEqual(live);
    expect(live.overview).toHaveLength(5 * Math.ceil(positions / 8) ** 2);
    for (const array of [live.codes, live.overview]) expect(array.byteLength).toBe(array.buffer.byteLength);
    for (const position of [0, 7, positions - 1]) {
      const { probabilities } = await client.request('run.attentionRow', { run: reopened, ...thinking, layer: 1, position });
      const row = [...probabilities.subarray(2 * (position + 1), 3 * (position + 1))];
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      const codes = live.codes.subarray(position * positions, position * positions + position + 1);
      row.forEach((value, column) => {
        expect(Math.abs((codes[column] ?? -1) - attentionCode(value))).toBeLessThanOrEqual(1);
      });
    }
  });

  it('comes in exact blocks that agree with its exact rows, under one head and as the mean of all', async () => {
    const positions = (started?.check.tokens.length ?? 0) + 4;
    const first = 5;
    const count = positions - first;
    const block = async (head: number | null) =>
      (await client.request('run.attentionBlock', { run, ...thinking, layer: 1, head, first, count })).probabilities;
    const [one, mean] = [await block(2), await block(null)];
    for (const array of [one, mean]) expect(array.byteLength).toBe(array.buffer.byteLength);
    for (const position of [first, positions - 1]) {
      const { probabilities } = await client.request('run.attentionRow', { run, ...thinking, layer: 1, position });
      const columns = position + 1;
      for (let column = 0; column < positions; column++) {
        const heads = [0, 1, 2, 3].map((head) => (column > position ? 0 : (probabilities[head * columns + column] ?? NaN)));
        const at = (position - first) * positions + column;
        expect(one[at]).toBeCloseTo(heads[2] ?? NaN, 6);
        expect(mean[at]).toBeCloseTo(heads.reduce((sum, value) => sum + value, 0) / 4, 6);
      }
    }
    await expect(block(4)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(
      client.request('run.attentionBlock', { run, ...thinking, layer: 1, head: 0, first: positions + 500, count: 1 }),
    ).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('is refused for layers, heads, rows and runs there are not', async () => {
    const ask = { run, ...thinking, layer: 0, head: null, first: 0, count: 4, pool: null } as const;
    for (const wrong of [{ layer: 2 }, { head: 4 }, { first: 5 }, { first: 64 }]) {
      await expect(client.request('run.attention', { ...ask, ...wrong })).rejects.toMatchObject({
        code: 'bad-request',
      });
    }
    await client.request('run.attention', ask);
    await client.request('run.close', { run });
    await expect(client.request('run.attention', ask)).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('says which model is missing where the run’s is gone, or is another by now', async () => {
    if (!started) throw new Error('The run began');
    const shelf = new ModelShelf(resources, join(folder, 'models'));
    const { model } = started;
    await expect(shelf.loadFor({ ...started, model: { ...model, id: 'gone', name: 'Gone 1B' } })).rejects.toMatchObject({
      code: 'unknown-model',
      message: 'The model Gone 1B, which made this run, is not installed.',
    });
    await expect(shelf.loadFor({ ...started, model: { ...model, weightsHash: 'f'.repeat(64) } })).rejects.toMatchObject({
      code: 'bad-model',
    });
    await shelf.dispose();
  });
});
