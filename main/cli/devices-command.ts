import { automaticDevices, automaticReason } from '../contract/automatic-device';
import { type Device, deviceNames } from '../contract/model';
import type { ModelShelf } from '../host/model-shelf';
import { parityText } from './parity-text';
import { exitCodes } from './exit-codes';
import { formatTable } from './run-table';
import { print, printJson } from './terminal';

interface Output {
  readonly json?: boolean;
}

/** `devices`: every device, tried, with what it is to a model. */
export async function devicesCommand(shelf: ModelShelf, { model, json }: Output & { readonly model: string }): Promise<void> {
  const devices = await shelf.devices(model);
  const [automatic = 'cpu'] = automaticDevices(devices);
  const reason = automaticReason(devices);
  if (json === true) printJson({ model, automatic, reason, devices });
  else print(formatTable([['auto', deviceNames[automatic], reason], ...devices.map(({ id, name, note }) => [id, name, note])]));
}

/** `models verify ID --device D`: hashes are compared as the model is loaded, then what it computes. Returns the exit code. */
export async function verifyOnDevice(
  shelf: ModelShelf,
  id: string,
  { device, json }: Output & { readonly device: Device },
): Promise<number> {
  try {
    const parity = await shelf.check(id, device);
    if (json === true) printJson({ id, ...parity });
    else print(`${id} on ${device}: parity ${parityText(parity)}.`);
    return parity.passed ? exitCodes.done : exitCodes.model;
  } finally {
    await shelf.dispose();
  }
}

/** `models verify ID`: every file, then what the model computes on the CPU. Returns the exit code. */
export async function verifyCommand(shelf: ModelShelf, id: string, { json }: Output): Promise<number> {
  try {
    const { passed, problems, parity } = await shelf.verify(id);
    if (json === true) printJson({ id, passed, problems, parity });
    else if (passed && parity) print(`${id}: every file is as it was added; parity ${parityText(parity)}.`);
    else print(problems.map((problem) => `${id}: ${problem}`).join('\n'));
    return passed ? exitCodes.done : exitCodes.model;
  } finally {
    await shelf.dispose();
  }
}
