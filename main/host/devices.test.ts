import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../contract/client';
import type { Device } from '../contract/devices';
import type { RunEvent } from '../contract/protocol';
import type { RunInfo, RunRequestInput } from '../contract/run';
import { openBundle } from '../traces/bundle-reader';
import { Engine } from './engine';
import { createMemoryPair } from './memory-transport';

const resources = join(import.meta.dirname, '..', '..', 'resources');
const prompt = 'ada→bob bob→cy ? bob or sue from ada';

let folder: string;
let engine: Engine;
let client: EngineClient;
let events: RunEvent[];
let tried: Device[];
/** What the driver of WebGPU says. */
let reason: string | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-devices-'));
  [events, tried, reason] = [[], [], 'No supported adapters.'];
  const probe = async (device: Device): Promise<string | null> => {
    tried.push(device);
    return Promise.resolve(reason);
  };
  engine = new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'models'), appVersion: '0.0.0', probe });
  const pair = createMemoryPair();
  engine.connect(pair.engine, 'window');
  client = new EngineClient(pair.client);
  client.onEvents((more) => void events.push(...more));
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Runs the prompt; what the run said of itself, and its trace. */
async function run(device?: RunRequestInput['device']): Promise<RunInfo> {
  const { run: id } = await client.request('run.start', { prompt, lanes: [{ kind: 'direct' }], ...(device && { device }) });
  for (;;) {
    const finished = events.find((event) => event.type === 'finished' && event.run === id);
    const started = events.find((event) => event.type === 'started' && event.run === id);
    if (finished?.type === 'finished' && started?.type === 'started') {
      expect(finished.outcome).toMatchObject({ status: 'done', error: null });
      const bundle = await openBundle(join(folder, 'runs', finished.trace?.id ?? ''));
      expect(bundle.info).toEqual(started.info);
      await bundle.close();
      return started.info;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const stateOf = async (id: Device): Promise<string | undefined> => {
  const { devices } = await client.request('devices.list', { model: 'kin' });
  return devices.find((device) => device.id === id)?.state;
};

describe('devices of an engine', () => {
  it('are not tried for auto where none has passed: the CPU runs', async () => {
    expect(await run()).toMatchObject({ request: { device: 'auto' }, device: 'cpu', deviceNote: null });
    expect(tried).toEqual([]);
  });

  it('that do not start leave the run to the CPU, which says why in the trace', async () => {
    const note = 'Runs on CPU. WebGPU did not start: No supported adapters.';
    expect(await run('webgpu')).toMatchObject({ request: { device: 'webgpu' }, device: 'cpu', deviceNote: note });
    expect(await run('webgpu')).toMatchObject({ deviceNote: note });
    expect(tried).toEqual(['webgpu']);
    expect(await run('cpu')).toMatchObject({ device: 'cpu', deviceNote: null });
    await expect(client.request('devices.check', { model: 'kin', device: 'webgpu' })).rejects.toMatchObject({
      code: 'unsupported',
      message: 'WebGPU did not start: No supported adapters.',
    });
    expect(await stateOf('webgpu')).toBe('not-started');
  });

  it('are listed with what is known of them, the CPU first', async () => {
    expect(await stateOf('cpu')).toBe('unchecked');
    const { parity } = await client.request('devices.check', { model: 'kin', device: 'cpu' });
    expect(parity).toMatchObject({ device: 'cpu', passed: true });
    expect(parity.maximumDifference).toBeGreaterThan(0);
    const { devices } = await client.request('devices.list', { model: 'kin' });
    expect(devices[0]).toMatchObject({ id: 'cpu', state: 'passed' });
    expect(devices.find(({ id }) => id === 'dml')?.state).toBe(process.platform === 'win32' ? 'not-started' : 'absent');
    await expect(client.request('devices.list', { model: 'none' })).rejects.toMatchObject({ code: 'unknown-model' });
  });
});
