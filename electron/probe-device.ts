import { join } from 'node:path';
import { app, utilityProcess } from 'electron';
import { probeIn } from '../main/host/device-probe';

/** Tries a device for the engine, which cannot start processes of its own: as plain Node a packaged app does not run. */
export const probeDevice = probeIn((device) => {
  const program = join(app.getAppPath(), 'out', 'main', 'device-probe.js');
  const child = utilityProcess.fork(program, [device], { serviceName: 'Interlinear device probe', stdio: 'ignore' });
  return {
    onMessage: (listener) => void child.on('message', listener),
    onGone: (listener) => void child.once('exit', listener),
    kill: () => void child.kill(),
  };
});
