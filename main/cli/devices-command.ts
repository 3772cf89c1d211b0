import type { Device } from '../contract/model';
import type { ModelShelf } from '../host/model-shelf';
import { exitCodes } from './exit-codes';
import { formatTable } from './run-table';
import { print, printJson } from './terminal';

interface Output {
  readonly json?: boolean;
}

/** `devices`: every device, tried, with what it is to a model. */
export async function devicesCommand(shelf: ModelShelf, { model, json }: Output & { readonly model: string }): Promise<void> {
  const devices = await shelf.devices(model);
  if (json === true) printJson({ model, devices });
  else print(formatTable(devices.map(({ id, name, note }) => [id, name, note])));
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
    else
      print(
        `${id} on ${device}: parity ${parity.passed ? 'passed' : 'FAILED'}, largest difference ${parity.maximumDifference.toPrecision(3)}.`,
      );
    return parity.passed ? exitCodes.done : exitCodes.model;
  } finally {
    await shelf.dispose();
  }
}
