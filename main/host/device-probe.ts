import { z } from 'zod';
import type { DeviceProbe } from '../runtime/devices';

/** The process that tries a device, whoever starts it. */
export interface ProbeChild {
  onMessage(listener: (message: unknown) => void): void;
  /** Called when the process has ended by itself or could not be started. */
  onGone(listener: () => void): void;
  kill(): void;
}

const triedSchema = z.object({ type: z.literal('tried'), reason: z.string().nullable() });

/** Milliseconds a driver may take to start; a cold one compiles its shaders first. */
const startLimit = 30_000;

/** Tries each device in a process of its own, which is ended as soon as it has answered. */
export function probeIn(fork: (device: string) => ProbeChild): DeviceProbe {
  return async (device) =>
    new Promise((resolve) => {
      const child = fork(device);
      const end = (reason: string | null): void => {
        clearTimeout(timer);
        resolve(reason);
        child.kill();
      };
      const timer = setTimeout(() => {
        end(`it did not answer within ${startLimit / 1000} seconds.`);
      }, startLimit);
      child.onMessage((message) => {
        const tried = triedSchema.safeParse(message);
        if (tried.success) end(tried.data.reason);
      });
      child.onGone(() => {
        end('the process that tried it ended before it could say why.');
      });
    });
}
