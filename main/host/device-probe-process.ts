import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { devices } from '../contract/devices';
import { runtimeReason } from '../runtime/runtime-reason';
import { startDevice } from '../runtime/start-device';

/**
 * Entry of a process that tries one device, named by its last argument, says why it does not start (null where it does), and waits to be
 * ended: a driver that crashes takes no engine with it, and after a WebGPU that did not start ONNX Runtime 1.24 never lets a process exit.
 */
const parent = (process as typeof process & { readonly parentPort?: { postMessage(message: unknown): void } }).parentPort;
const say = (reason: string | null): void => {
  const message = { type: 'tried', reason };
  if (parent) parent.postMessage(message);
  else process.send?.(message);
};

const device = z.enum(devices).parse(process.argv.at(-1));
startDevice(device).then(
  () => {
    say(null);
  },
  (thrown: unknown) => {
    // The runtime's own words: who asked knows the device.
    say(runtimeReason(thrown instanceof InterlinearError ? thrown.cause : thrown));
  },
);
