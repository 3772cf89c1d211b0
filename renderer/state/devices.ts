import { createStore, type StoreApi } from 'zustand/vanilla';
import { automaticDevices } from '../../main/contract/automatic-device';
import { type ErrorReport, toErrorReport } from '../../main/contract/errors';
import type { Device } from '../../main/contract/devices';
import type { DeviceSummary } from '../../main/contract/model';
import type { Checks } from './checks';
import type { EngineRequest } from './engine-connection';

export interface DevicesState {
  /** By model, as the engine last said; a device that was never tried is tried when someone asks. */
  readonly known: ReadonlyMap<string, readonly DeviceSummary[]>;
  /** Models about which the engine is being asked. */
  readonly asking: ReadonlySet<string>;
  /** Why the engine could not say. */
  readonly error: ErrorReport | null;
}

/** What each device is to a model, as far as the window has asked. */
export class Devices {
  readonly store: StoreApi<DevicesState> = createStore<DevicesState>(() => ({
    known: new Map(),
    asking: new Set(),
    error: null,
  }));
  readonly #request: EngineRequest;
  readonly #checks: Checks;

  constructor(request: EngineRequest, checks: Checks) {
    this.#request = request;
    this.#checks = checks;
  }

  /** Asks anew. A failure is kept as the state's error. */
  async refresh(model: string): Promise<void> {
    this.store.setState(({ asking }) => ({ asking: new Set([...asking, model]) }));
    try {
      const { devices } = await this.#request('devices.list', { model });
      this.store.setState(({ known }) => ({ known: new Map([...known, [model, devices]]), error: null }));
    } catch (thrown) {
      this.store.setState({ error: toErrorReport(thrown) });
    } finally {
      this.store.setState(({ asking }) => ({ asking: new Set([...asking].filter((other) => other !== model)) }));
    }
  }

  /** Compares a model on a device with its reference, or until that is stopped. @throws InterlinearError where the device does not start */
  async check(model: string, device: Device): Promise<void> {
    try {
      await this.#checks.follow({ model, device }, (options) => this.#request('devices.check', { model, device }, options));
    } finally {
      await this.refresh(model);
    }
  }

  /** A new engine tries devices anew. */
  forget(): void {
    this.store.setState({ known: new Map(), error: null });
  }
}

/** Devices besides the CPU that start here: the same for every model. */
export function startingDevices({ known }: DevicesState): readonly DeviceSummary[] {
  const [list = []] = known.values();
  return list.filter(({ id, state }) => id !== 'cpu' && state !== 'absent' && state !== 'not-started');
}

/** What `auto` comes to: the fastest device that starts and has passed, the CPU where none has. */
export function automaticDevice(devices: readonly DeviceSummary[] | undefined): Device {
  return automaticDevices(devices ?? [])[0] ?? 'cpu';
}
