import { constants, setPriority } from 'node:os';
import { z } from 'zod';
import { type Device, devices } from '../contract/model';
import type { DeviceProbe } from '../runtime/devices';
import { Engine } from './engine';
import { ShellImportProcesses } from './shell-import-processes';
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
  /** From a process that imports a model: what it says, and that it has ended. */
  z.object({ type: z.literal('importSaid'), process: z.number().int(), news: z.unknown() }),
  z.object({ type: z.literal('importGone'), process: z.number().int() }),
]);

interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: MessagePortLike[] }) => void): unknown;
  postMessage(message: unknown): void;
}

const parentPort = (process as typeof process & { readonly parentPort?: ParentPort }).parentPort;
if (!parentPort) throw new Error('The engine process is started by the app’s shell; for a terminal there is the command line.');

// The window comes first: where cores are few, a run must not take them from what the user is doing. Linux weighs priorities within
// a desktop session, so there the lowest costs nothing to others' work; elsewhere it would starve the engine beside any busy program.
const { PRIORITY_LOW, PRIORITY_BELOW_NORMAL } = constants.priority;
setPriority(process.platform === 'linux' ? PRIORITY_LOW : PRIORITY_BELOW_NORMAL);

let engine: Engine | null = null;

/** Devices are tried in processes of their own, which only the shell can start. */
const awaited = new Map<Device, (reason: string | null) => void>();
const probe: DeviceProbe = async (device) =>
  new Promise((resolve) => {
    awaited.set(device, resolve);
    parentPort.postMessage({ type: 'probe', device });
  });

const imports = new ShellImportProcesses((request) => {
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
    engine ??= new Engine({ ...message, probe, startImport: () => imports.start() });
    parentPort.postMessage({ type: 'ready' });
    return;
  }
  if (message.type === 'probed') {
    awaited.get(message.device)?.(message.reason);
    return;
  }
  if (message.type === 'importSaid') {
    imports.said(message.process, message.news);
    return;
  }
  if (message.type === 'importGone') {
    imports.gone(message.process);
    return;
  }
  const port = event.ports[0];
  if (!engine || !port) {
    parentPort.postMessage({ type: 'error', message: 'A connection needs an initialised engine and a port.' });
    return;
  }
  engine.connect(createPortTransport(port), message.role);
});
