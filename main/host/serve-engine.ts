import { giveWay } from './give-way';

interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}
interface ParentPort {
  once(event: 'message', listener: (event: { ports: Port[] }) => void): unknown;
}

/**
 * The other end of a `SideProcess`: hears what the engine says and answers it, and ends when the engine does. In Electron the engine speaks
 * through a port that the first message brings, in plain Node through the channel of the parent, whose priority the process has too.
 * @param serve is given the way to answer, and gives what hears
 */
export function serveEngine(serve: (say: (message: object) => void) => (message: unknown) => void): void {
  const end = (): never => process.exit();
  const { parentPort } = process as typeof process & { readonly parentPort?: ParentPort };
  if (!parentPort) {
    process.on(
      'message',
      serve((message) => process.send?.(message)),
    );
    process.on('disconnect', end);
    return;
  }
  giveWay();
  parentPort.once('message', ({ ports: [port] }) => {
    if (!port) throw new Error('The first message brings the port of the engine.');
    const hear = serve((message) => {
      port.postMessage(message);
    });
    port.on('message', ({ data }) => {
      hear(data);
    });
    port.on('close', end);
    port.start();
  });
}
