import { describe, expect, it } from 'vitest';
import { InterlinearError } from '../../main/contract/errors';
import type { DeviceSummary } from '../../main/contract/model';
import { Checks } from './checks';
import { automaticDevice, Devices, startingDevices } from './devices';
import type { EngineRequest } from './engine-connection';

const device = (id: DeviceSummary['id'], state: DeviceSummary['state']): DeviceSummary => ({
  id,
  name: id,
  state,
  note: '',
  timesCpu: state === 'passed' ? (id === 'cpu' ? 1 : 2) : null,
});

/** An engine on which WebGPU passes once it has been checked, or does not start. */
function devicesOf(starts: boolean): { readonly devices: Devices; readonly checks: Checks; readonly asked: string[] } {
  const asked: string[] = [];
  let checked = false;
  const request = (async (name: string) => {
    asked.push(name);
    if (name === 'devices.check') {
      if (!starts) throw new InterlinearError('unsupported', 'WebGPU did not start: no adapter.');
      checked = true;
      return {};
    }
    const webgpu = !starts ? 'not-started' : checked ? 'passed' : 'unchecked';
    return Promise.resolve({ devices: [device('cpu', 'passed'), device('webgpu', webgpu)] });
  }) as unknown as EngineRequest;
  const checks = new Checks();
  return { devices: new Devices(request, checks), checks, asked };
}

describe('devices', () => {
  it('are asked for, checked, and asked for again', async () => {
    const { devices, checks, asked } = devicesOf(true);
    const asking = devices.refresh('kin');
    expect(devices.store.getState().asking.has('kin')).toBe(true);
    await asking;
    expect(startingDevices(devices.store.getState()).map(({ id }) => id)).toEqual(['webgpu']);
    expect(automaticDevice(devices.store.getState().known.get('kin'))).toBe('cpu');
    const checking = devices.check('kin', 'webgpu');
    expect([...checks.store.getState().running.values()]).toEqual([{ model: 'kin', device: 'webgpu', doing: null, stopping: false }]);
    await checking;
    expect(checks.store.getState().running.size).toBe(0);
    expect(automaticDevice(devices.store.getState().known.get('kin'))).toBe('webgpu');
    expect(asked).toEqual(['devices.list', 'devices.check', 'devices.list']);
  });

  it('that do not start are said to, and stay unchecked', async () => {
    const { devices } = devicesOf(false);
    await expect(devices.check('kin', 'webgpu')).rejects.toMatchObject({ message: 'WebGPU did not start: no adapter.' });
    expect(devices.store.getState().known.get('kin')?.[1]?.state).toBe('not-started');
    expect(startingDevices(devices.store.getState())).toEqual([]);
    devices.forget();
    expect(automaticDevice(devices.store.getState().known.get('kin'))).toBe('cpu');
  });
});
