import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelParity } from '../contract/library';
import type { Device } from '../contract/devices';
import { broughtDevices, builtFor, candidates, ladder, StartingDevices } from './devices';
import { onnxRuntime } from './onnx-runtime';

const found = (device: Device, timesCpu: number | null, passed = true): ModelParity => ({
  device,
  passed,
  maximumDifference: 1e-6,
  checkedAt: '2026-11-24T00:00:00.000Z',
  exact: null,
  speed: timesCpu === null ? null : { tokensPerSecond: 10 * timesCpu, timesCpu },
});

describe('candidates', () => {
  it('for auto are the devices that passed and are faster than the CPU, the fastest first', () => {
    expect(candidates('auto', [])).toEqual(['cpu']);
    expect(candidates('auto', [found('cpu', 1), found('webgpu', 20), found('cuda', 3)])).toEqual(['webgpu', 'cuda', 'cpu']);
    expect(candidates('auto', [found('cpu', 1), found('webgpu', 0.2), found('cuda', 3, false)])).toEqual(['cpu']);
  });

  it('for a device asked for by name are that one, then those of auto', () => {
    expect(candidates('webgpu', [])).toEqual(['webgpu', 'cpu']);
    expect(candidates('webgpu', [found('cuda', 3), found('webgpu', 0.2)])).toEqual(['webgpu', 'cuda', 'cpu']);
    expect(candidates('cpu', [found('webgpu', 4)])).toEqual(['cpu']);
  });
});

describe('devices that start', () => {
  it('are tried once each, and only where the runtime brings them', async () => {
    const tried: Device[] = [];
    const probe = async (device: Device): Promise<string | null> => {
      tried.push(device);
      return Promise.resolve(device === 'webgpu' ? 'No supported adapters.' : null);
    };
    const devices = new StartingDevices(probe, new Set<Device>(['cpu', 'cuda', 'webgpu']));
    expect(await devices.problem('cpu')).toBeNull();
    expect(await devices.problem('cuda')).toBeNull();
    expect(await devices.problem('dml')).toBe('DirectML is not among what the runtime brings for this system.');
    const both = await Promise.all([devices.problem('webgpu'), devices.problem('webgpu')]);
    expect(both).toEqual(Array.from({ length: 2 }, () => 'WebGPU did not start: No supported adapters.'));
    expect(tried).toEqual(['cuda', 'webgpu']);
  });
});

describe('devices the runtime is built for', () => {
  it('are those it names itself on this system', () => {
    const named = new Set<string>(
      onnxRuntime()
        .listSupportedBackends()
        .map(({ name }) => name),
    );
    expect([...broughtDevices()].toSorted()).toEqual(ladder.filter((device) => named.has(device)).toSorted());
  });

  it('are those its programs name, system by system', async () => {
    const root = join(import.meta.dirname, '../../node_modules/onnxruntime-node/bin/napi-v6');
    const found: Record<string, string[]> = {};
    for (const system of await readdir(root)) {
      for (const processor of await readdir(join(root, system))) {
        const program = await readFile(join(root, system, processor, 'onnxruntime_binding.node'), 'latin1');
        found[`${system}/${processor}`] = ladder.filter((device) => device !== 'cpu' && program.includes(`\0${device}\0`)).toSorted();
      }
    }
    // CUDA is no part of the package: what it needs is fetched where it is installed, on Linux alone.
    const own = Object.entries(builtFor).map(([system, devices]) => [system, devices.filter((device) => device !== 'cuda').toSorted()]);
    expect(Object.fromEntries(own)).toEqual(found);
  });
});
