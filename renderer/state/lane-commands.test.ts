// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { laneSettingsSchema } from '../../main/contract/lanes';
import { sampleServices } from '../testing/sample-services';
import { configureLane } from './lane-commands';

it('has lanes on one model take over its device from each other', async () => {
  const services = await sampleServices([]);
  const { workspace } = services;
  const lanes = [{ kind: 'direct' }, { kind: 'cot', model: 'other' }, { kind: 'direct', model: 'other' }].map((settings, i) => ({
    key: String(i),
    settings: laneSettingsSchema.parse(settings),
  }));
  workspace.edit('test', { lanes });
  const devices = (): unknown[] => workspace.document.lanes.map(({ settings }) => settings.device);
  const change = (key: number, values: object): void => {
    configureLane(services, String(key), laneSettingsSchema.parse({ ...workspace.document.lanes[key]?.settings, ...values }));
  };
  change(1, { device: 'webgpu' });
  expect(devices()).toEqual([undefined, 'webgpu', 'webgpu']);
  change(0, { model: 'other' });
  expect(devices()).toEqual(['webgpu', 'webgpu', 'webgpu']);
  change(2, { device: undefined });
  expect(devices()).toEqual([undefined, undefined, undefined]);
  change(1, { device: 'cpu', model: 'third' });
  expect(devices()).toEqual([undefined, 'cpu', undefined]);
});
