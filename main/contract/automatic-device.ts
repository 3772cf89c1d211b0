import { type Device, deviceNames } from './devices';
import type { DeviceSummary } from './model';

/** As much of a device as the choice depends on. */
export type DeviceStanding = Pick<DeviceSummary, 'id' | 'state' | 'timesCpu'>;

/**
 * Devices `auto` uses, the first first: those that passed parity, the fastest before others; the CPU is always among them. What was not
 * measured is left out, because a device drawn in software passes too, and is slower than the CPU.
 */
export function automaticDevices(devices: readonly DeviceStanding[]): readonly Device[] {
  const speed = ({ id, timesCpu }: DeviceStanding): number => (id === 'cpu' ? 1 : (timesCpu ?? 0));
  const good = devices.filter((device) => device.state === 'passed' && speed(device) > 0);
  const isSound = !devices.some(({ id, state }) => id === 'cpu' && state === 'failed');
  const faster = good.filter((device) => device.id !== 'cpu' && (speed(device) > 1 || !isSound));
  return [...faster.toSorted((a, b) => speed(b) - speed(a)).map(({ id }) => id), 'cpu'];
}

const times = (ratio: number): string => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)} times`;

/** Why `auto` comes to its first device, as what follows its name: `3.1 times faster than WebGPU here`. */
export function automaticReason(devices: readonly DeviceStanding[]): string {
  const [chosen] = automaticDevices(devices);
  const others = devices.filter(({ id, state }) => id !== 'cpu' && state === 'passed');
  const ratio = devices.find(({ id }) => id === chosen)?.timesCpu ?? null;
  if (chosen !== 'cpu' && chosen !== undefined)
    return ratio !== null && ratio > 1 ? `${times(ratio)} faster than the CPU here` : 'the CPU did not pass parity';
  const measured = others.flatMap(({ id, timesCpu }) => (timesCpu === null ? [] : [{ id, timesCpu }]));
  const nearest = measured.toSorted((a, b) => b.timesCpu - a.timesCpu)[0];
  if (nearest) return `${times(1 / nearest.timesCpu)} faster than ${deviceNames[nearest.id]} here`;
  const [unmeasured] = others;
  if (unmeasured) return `the speed of ${deviceNames[unmeasured.id]} was not measured yet: check it`;
  return devices.some(({ id, state }) => id === 'cpu' && state === 'unchecked')
    ? 'the model has not been checked on any device yet'
    : 'the model has passed parity on no other device';
}
