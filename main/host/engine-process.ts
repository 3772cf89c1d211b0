import { constants, setPriority } from 'node:os';
import { z } from 'zod';
import { Engine } from './engine';
import { type MessagePortLike, createPortTransport } from './port-transport';

/**
 * Entry of the engine's own process (Electron's utilityProcess). The shell speaks first: `init` with the folders, then
 * `connect` with a port for every client. The engine answers `ready` when it can take requests.
 */
const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init'), resources: z.string(), runs: z.string(), models: z.string(), appVersion: z.string() }),
  z.object({ type: z.literal('connect'), role: z.enum(['window', 'shell']) }),
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

parentPort.on('message', (event) => {
  const parsed = messageSchema.safeParse(event.data);
  if (!parsed.success) {
    parentPort.postMessage({ type: 'error', message: 'The shell sent the engine a message it cannot read.' });
    return;
  }
  const message = parsed.data;
  if (message.type === 'init') {
    engine ??= new Engine(message);
    parentPort.postMessage({ type: 'ready' });
    return;
  }
  const port = event.ports[0];
  if (!engine || !port) {
    parentPort.postMessage({ type: 'error', message: 'A connection needs an initialised engine and a port.' });
    return;
  }
  engine.connect(createPortTransport(port), message.role);
});
