import { join } from 'node:path';
import { app, MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron';
import { z } from 'zod';

const requestSchema = z.object({ type: z.enum(['lens', 'endLens']), lens: z.number().int() });

/** The engine, as far as its readers of lenses need to know it. */
interface Engine {
  postMessage(message: unknown, ports?: MessagePortMain[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: () => void): unknown;
}

/**
 * Starts the processes an engine wants for reading lenses, which it cannot start itself, and gives it a port to each. They end when the
 * engine says so, and with it.
 */
export function serveLensProcesses(engine: Engine): void {
  const running = new Map<number, Electron.UtilityProcess>();
  let ended = false;
  engine.on('message', (message: unknown) => {
    const asked = requestSchema.safeParse(message);
    if (!asked.success || ended) return;
    const { type, lens } = asked.data;
    if (type === 'endLens') {
      running.get(lens)?.kill();
      return;
    }
    const program = join(app.getAppPath(), 'out', 'main', 'lens-reader.js');
    const child = utilityProcess.fork(program, [], { serviceName: 'Interlinear lens', stdio: ['ignore', 'ignore', 'inherit'] });
    const { port1, port2 } = new MessageChannelMain();
    running.set(lens, child);
    child.once('exit', () => {
      running.delete(lens);
      if (!ended) engine.postMessage({ type: 'lensGone', lens });
    });
    child.postMessage({ type: 'engine' }, [port1]);
    engine.postMessage({ type: 'lensStarted', lens }, [port2]);
  });
  engine.once('exit', () => {
    ended = true;
    for (const child of running.values()) child.kill();
  });
}
