import type { RequestName } from '../contract/protocol';
import type { Handlers } from './connection';
import type { InTurn } from './in-turn';
import type { ModelShelf } from './model-shelf';

export type DeviceRequest = Extract<RequestName, `devices.${string}`>;

/** Answers to everything about devices. @param inTurn runs work when no run does */
export function deviceHandlers(shelf: ModelShelf, inTurn: InTurn): Pick<Handlers, DeviceRequest> {
  return {
    'devices.list': async ({ model }) => ({ devices: await shelf.devices(model) }),
    'devices.check': async ({ model, device }, _connection, call) => ({
      parity: await inTurn(async () => shelf.check(model, device, call), call),
    }),
  };
}
