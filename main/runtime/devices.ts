import { automaticDevices } from '../contract/automatic-device';
import type { ModelParity } from '../contract/library';
import { type Device, type DeviceChoice, deviceNames } from '../contract/devices';

/** From the one that is fastest on most machines that have it to the one that is everywhere: the order in which they are shown. */
export const ladder = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'] as const satisfies readonly Device[];

/** Tries a device in a process of its own: why it does not start, or null where it does. */
export type DeviceProbe = (device: Device) => Promise<string | null>;

/** Devices beside the CPU that the runtime is built for, by system and processor. It says so itself, but has to be loaded for it. */
export const builtFor: Readonly<Record<string, readonly Device[]>> = {
  'darwin/arm64': ['coreml', 'webgpu'],
  'linux/arm64': [],
  'linux/x64': ['cuda', 'webgpu'],
  'win32/arm64': ['dml', 'webgpu'],
  'win32/x64': ['dml', 'webgpu'],
};

/** Devices the runtime brings a backend for on this system, started or not. */
export function broughtDevices(): ReadonlySet<Device> {
  return new Set([...(builtFor[`${process.platform}/${process.arch}`] ?? []), 'cpu']);
}

/**
 * Devices to try for a choice, the best first; the CPU is always among them.
 * @param parity what was found with the model: a device that has not passed is not used unless it was asked for by name
 */
export function candidates(wanted: DeviceChoice, parity: readonly ModelParity[]): readonly Device[] {
  const automatic = automaticDevices(
    parity.map(({ device, passed, speed }) => ({ id: device, state: passed ? 'passed' : 'failed', timesCpu: speed?.timesCpu ?? null })),
  );
  return wanted === 'auto' ? automatic : [wanted, ...(wanted === 'cpu' ? [] : automatic.filter((device) => device !== wanted))];
}

/** Which devices start here. Each is tried once, when someone first asks. */
export class StartingDevices {
  readonly brought: ReadonlySet<Device>;
  readonly #probe: DeviceProbe;
  readonly #tried = new Map<Device, Promise<string | null>>();

  constructor(probe: DeviceProbe, brought: ReadonlySet<Device> = broughtDevices()) {
    this.#probe = probe;
    this.brought = brought;
  }

  /** Why a device does not start, in a sentence, or null where it does. */
  async problem(device: Device): Promise<string | null> {
    if (device === 'cpu') return null;
    if (!this.brought.has(device)) return `${deviceNames[device]} is not among what the runtime brings for this system.`;
    const trying = this.#tried.get(device) ?? this.#probe(device);
    this.#tried.set(device, trying);
    const reason = await trying;
    return reason === null ? null : `${deviceNames[device]} did not start: ${reason}`;
  }
}
