import { automaticDevices, automaticReason } from '../contract/automatic-device';
import type { Doing } from '../contract/doing';
import { type Device, deviceNames } from '../contract/devices';
import type { CheckWatch } from '../host/check-watch';
import type { ModelShelf } from '../host/model-shelf';
import { CheckReporter } from './check-reporter';
import { parityText } from './parity-text';
import { exitCodes } from './exit-codes';
import { formatTable } from './run-table';
import { print, printJson, progress } from './terminal';

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

/** Checks something with its progress on standard error; Ctrl-C gives it up between two passes. */
async function checking<T>(shelf: ModelShelf, check: (watch: CheckWatch) => Promise<T>): Promise<T> {
  const reporter = new CheckReporter(process.stderr);
  const abort = new AbortController();
  const stop = (): void => {
    reporter.end();
    progress('Stopping after the pass under way.');
    abort.abort();
  };
  process.once('SIGINT', stop);
  try {
    const onDoing = (doing: Doing): void => {
      reporter.report(doing);
    };
    return await check({ onDoing, signal: abort.signal });
  } finally {
    reporter.end();
    process.removeListener('SIGINT', stop);
    await shelf.dispose();
  }
}

/** `models verify ID --device D`: hashes are compared as the model is loaded, then what it computes. Returns the exit code. */
export async function verifyOnDevice(
  shelf: ModelShelf,
  id: string,
  { device, json }: Output & { readonly device: Device },
): Promise<number> {
  const parity = await checking(shelf, async (watch) => shelf.check(id, device, watch));
  if (json === true) printJson({ id, ...parity });
  else print(`${id} on ${device}: parity ${parityText(parity)}.`);
  return parity.passed ? exitCodes.done : exitCodes.model;
}

/** `models verify ID`: every file, then what the model computes on the CPU. Returns the exit code. */
export async function verifyCommand(shelf: ModelShelf, id: string, { json }: Output): Promise<number> {
  const { passed, problems, parity } = await checking(shelf, async (watch) => shelf.verify(id, watch));
  if (json === true) printJson({ id, passed, problems, parity });
  else if (passed && parity) print(`${id}: every file is as it was added; parity ${parityText(parity)}.`);
  else print(problems.map((problem) => `${id}: ${problem}`).join('\n'));
  return passed ? exitCodes.done : exitCodes.model;
}
