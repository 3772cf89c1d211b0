import { setInterval } from 'node:timers';
import { toErrorReport } from '../contract/errors';
import { libraryTools } from '../library/create-library';
import { importModel } from '../library/import-model';
import { ProgressMeter } from '../library/progress-meter';
import { checkWritten } from './check-model';
import { giveWay } from './give-way';
import { type ImportNews, type ImportOrder, importOrderSchema } from './import-messages';

/**
 * Entry of a process that imports one model for the engine: converting weights and computing what to check them against takes seconds of a
 * thread, in which runs and windows would wait. Its memory goes with it. It waits to be ended when it has said how the import ended.
 */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  postMessage(message: unknown): void;
}
const parent = (process as typeof process & { readonly parentPort?: ParentPort }).parentPort;
if (parent) giveWay();

const say = (news: ImportNews): void => {
  if (parent) parent.postMessage(news);
  else process.send?.(news);
};

/** Milliseconds between two words on how far it is. */
const glance = 100;
const abort = new AbortController();

async function run({ folder, resources, reserved, request }: Extract<ImportOrder, { type: 'import' }>): Promise<void> {
  const meter = new ProgressMeter(() => performance.now());
  const watch = setInterval(() => {
    say({ type: 'progress', progress: meter.progress });
  }, glance);
  const tools = libraryTools({ folder, resources, reserved: new Set(reserved), environment: process.env, check: checkWritten });
  try {
    const { name, ...rest } = request;
    const model = await importModel({ ...rest, ...(name !== undefined && { name }) }, tools, { meter, signal: abort.signal });
    say({ type: 'done', model });
  } catch (error) {
    say({ type: 'failed', error: toErrorReport(error) });
  } finally {
    clearInterval(watch);
  }
}

function hear(message: unknown): void {
  const order = importOrderSchema.parse(message);
  if (order.type === 'cancel') abort.abort();
  else void run(order);
}

if (parent)
  parent.on('message', ({ data }) => {
    hear(data);
  });
else {
  process.on('message', hear);
  process.on('disconnect', () => process.exit());
}
