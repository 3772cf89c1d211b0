import { join } from 'node:path';
import { app, utilityProcess } from 'electron';
import { z } from 'zod';

const requestSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('importStart'), process: z.number().int() }),
  z.object({ type: z.literal('importKill'), process: z.number().int() }),
  z.object({ type: z.literal('importTell'), process: z.number().int(), order: z.unknown() }),
]);

/** Starts the processes in which an engine has models imported, which it cannot start itself, and hands on what they say. They end with it. */
export function serveImportProcesses(engine: Electron.UtilityProcess): void {
  const running = new Map<number, Electron.UtilityProcess>();
  let ended = false;
  engine.on('message', (message: unknown) => {
    const asked = requestSchema.safeParse(message);
    if (!asked.success || ended) return;
    const { type, process } = asked.data;
    if (type === 'importKill') {
      running.get(process)?.kill();
      return;
    }
    if (type === 'importTell') {
      running.get(process)?.postMessage(asked.data.order);
      return;
    }
    const program = join(app.getAppPath(), 'out', 'main', 'importer.js');
    const child = utilityProcess.fork(program, [], { serviceName: 'Interlinear import', stdio: ['ignore', 'ignore', 'inherit'] });
    running.set(process, child);
    child.on('message', (news: unknown) => {
      if (!ended) engine.postMessage({ type: 'importSaid', process, news });
    });
    child.once('exit', () => {
      running.delete(process);
      if (!ended) engine.postMessage({ type: 'importGone', process });
    });
  });
  engine.once('exit', () => {
    ended = true;
    for (const child of running.values()) child.kill();
  });
}
