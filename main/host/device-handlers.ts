import type { RequestName } from '../contract/protocol';
import type { Handlers } from './connection';
import type { ModelShelf } from './model-shelf';

export type DeviceRequest = Extract<RequestName, `devices.${string}`>;

/** Answers to everything about devices. @param inTurn runs work when no run does */
export function deviceHandlers(shelf: ModelShelf, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Pick<Handlers, DeviceRequest> {
  return {
    'devices.list': async ({ model }) => ({ devices: await shelf.devices(model) }),
    'devices.check': async ({ model, device }) => ({ parity: await inTurn(async () => shelf.check(model, device)) }),
  };
}
