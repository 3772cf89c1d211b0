import { z } from 'zod';
import { type Device, devices } from '../contract/devices';
import type { DeviceProbe } from '../runtime/devices';
import { Engine } from './engine';
import { giveWay } from './give-way';
import { ShellProcesses } from './shell-processes';
import { type MessagePortLike, createPortTransport } from './port-transport';

/**
 * Entry of the engine's own process (Electron's utilityProcess). The shell speaks first: `init` with the folders, then
 * `connect` with a port for every client. The engine answers `ready` when it can take requests.
 */
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init'), resources: z.string(), runs: z.string(), models: z.string(), appVersion: z.string() }),
  z.object({ type: z.literal('connect'), role: z.enum(['window', 'shell']) }),
  /** The answer to our `probe`. */
  z.object({ type: z.literal('probed'), device: z.enum(devices), reason: z.string().nullable() }),
  /** Answers to our `startProcess`: a port to the process that was started, and that it has ended. */
  z.object({ type: z.literal('processStarted'), process: z.number().int() }),
  z.object({ type: z.literal('processGone'), process: z.number().int() }),
]);

interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: MessagePortLike[] }) => void): unknown;
  postMessage(message: unknown): void;
}

const parentPort = (process as typeof process & { readonly parentPort?: ParentPort }).parentPort;
if (!parentPort) throw new Error('The engine process is started by the app’s shell; for a terminal there is the command line.');

giveWay();

let engine: Engine | null = null;

/** Devices are tried in processes of their own, which only the shell can start. */
const awaited = new Map<Device, (reason: string | null) => void>();
const probe: DeviceProbe = async (device) =>
  new Promise((resolve) => {
    awaited.set(device, resolve);
    parentPort.postMessage({ type: 'probe', device });
  });

const processes = new ShellProcesses((request) => {
  parentPort.postMessage(request);
});

parentPort.on('message', (event) => {
  const parsed = messageSchema.safeParse(event.data);
  if (!parsed.success) {
    parentPort.postMessage({ type: 'error', message: 'The shell sent the engine a message it cannot read.' });
    return;
  }
  const message = parsed.data;
  if (message.type === 'init') {
    engine ??= new Engine({ ...message, probe, startProcess: (program) => processes.start(program) });
    parentPort.postMessage({ type: 'ready' });
    return;
  }
  if (message.type === 'probed') {
    awaited.get(message.device)?.(message.reason);
    return;
  }
  const port = event.ports[0];
  if (message.type === 'processStarted' || message.type === 'processGone') {
    processes.hear(message, port);
    return;
  }
  if (!engine || !port) {
    parentPort.postMessage({ type: 'error', message: 'A connection needs an initialised engine and a port.' });
    return;
  }
  engine.connect(createPortTransport(port), message.role);
});
