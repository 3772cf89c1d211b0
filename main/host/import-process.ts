import { setInterval } from 'node:timers';
import { toErrorReport } from '../contract/errors';
import { libraryTools } from '../library/create-library';
import { importModel } from '../library/import-model';
import { ProgressMeter } from '../library/progress-meter';
import { checkWritten } from './check-model';
import { type ImportNews, type ImportOrder, importOrderSchema } from './import-messages';
import { serveEngine } from './serve-engine';

/** Milliseconds between two words on how far it is. */
const glance = 100;
const abort = new AbortController();

/**
 * Entry of a process that imports one model for the engine: converting weights and computing what to check them against takes seconds of a
 * thread, in which runs and windows would wait. Its memory goes with it. It waits to be ended when it has said how the import ended.
 */
serveEngine((say) => (message) => {
  const order = importOrderSchema.parse(message);
  if (order.type === 'cancel') abort.abort();
  else void run(order, say);
});

async function run(
  { folder, resources, reserved, request }: Extract<ImportOrder, { type: 'import' }>,
  say: (news: ImportNews) => void,
): Promise<void> {
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
