import { describe, expect, it } from 'vitest';
import type { ModelParity } from '../contract/library';
import type { Device } from '../contract/model';
import { broughtDevices, candidates, StartingDevices } from './devices';

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

  it('are brought by the runtime as it says itself', () => {
    expect(broughtDevices().has('cpu')).toBe(true);
    if (process.platform === 'linux') expect(broughtDevices().has('dml')).toBe(false);
  });
});
