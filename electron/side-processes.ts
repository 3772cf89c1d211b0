import { join } from 'node:path';
import { app, MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron';
import { z } from 'zod';
import { sidePrograms, type SideProgram } from '../main/host/side-process';

const requestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('startProcess'), process: z.number().int(), program: z.enum(sidePrograms) }),
  z.object({ type: z.literal('endProcess'), process: z.number().int() }),
]);

/** As they are named among the system's processes. */
const serviceNames: Readonly<Record<SideProgram, string>> = { importer: 'Interlinear import', 'lens-reader': 'Interlinear lens' };

/** The engine, as far as its processes need to know it. */
interface Engine {
  postMessage(message: unknown, ports?: MessagePortMain[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  once(event: 'exit', listener: () => void): unknown;
}

/**
 * Starts the processes an engine wants to work for it, which it cannot start itself, and gives it a port to each. They end when the engine
 * says so, and with it.
 */
export function serveSideProcesses(engine: Engine): void {
  const running = new Map<number, Electron.UtilityProcess>();
  let ended = false;
  engine.on('message', (message: unknown) => {
    const asked = requestSchema.safeParse(message);
    if (!asked.success || ended) return;
    const { type, process } = asked.data;
    if (type === 'endProcess') {
      running.get(process)?.kill();
      return;
    }
    const { program } = asked.data;
    const path = join(app.getAppPath(), 'out', 'main', `${program}.js`);
    const child = utilityProcess.fork(path, [], { serviceName: serviceNames[program], stdio: ['ignore', 'ignore', 'inherit'] });
    const { port1, port2 } = new MessageChannelMain();
    running.set(process, child);
    child.once('exit', () => {
      running.delete(process);
      if (!ended) engine.postMessage({ type: 'processGone', process });
    });
    child.postMessage({ type: 'engine' }, [port1]);
    engine.postMessage({ type: 'processStarted', process }, [port2]);
  });
  engine.once('exit', () => {
    ended = true;
    for (const child of running.values()) child.kill();
  });
}
