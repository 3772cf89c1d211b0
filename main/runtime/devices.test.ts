import { describe, expect, it } from 'vitest';
import type { Device } from '../contract/model';
import { broughtDevices, candidates, StartingDevices } from './devices';

describe('candidates', () => {
  it('for auto are the devices that passed, the best first, then the CPU', () => {
    expect(candidates('auto', new Set())).toEqual(['cpu']);
    expect(candidates('auto', new Set<Device>(['cpu', 'webgpu', 'cuda']))).toEqual(['cuda', 'webgpu', 'cpu']);
  });

  it('for a device asked for by name are that one, then those below it that passed', () => {
    expect(candidates('webgpu', new Set())).toEqual(['webgpu', 'cpu']);
    expect(candidates('cuda', new Set<Device>(['webgpu']))).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(candidates('webgpu', new Set<Device>(['cuda']))).toEqual(['webgpu', 'cpu']);
    expect(candidates('cpu', new Set<Device>(['webgpu']))).toEqual(['cpu']);
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
