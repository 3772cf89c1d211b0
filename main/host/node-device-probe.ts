import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { DeviceProbe } from '../runtime/devices';
import { probeIn } from './device-probe';

/** For plain Node. @param folder with the built programs */
export function nodeDeviceProbe(folder: string): DeviceProbe {
  return probeIn((device) => {
    const child = fork(join(folder, 'device-probe.js'), [device], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    return {
      onMessage: (listener) => void child.on('message', listener),
      onGone: (listener) => {
        child.once('exit', listener);
        child.once('error', listener);
      },
      kill: () => void child.kill('SIGKILL'),
    };
  });
}
