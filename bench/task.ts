import { resourceUsage } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { quantizations } from '../main/contract/library';
import { checkWritten } from '../main/host/check-model';
import { createLibrary } from '../main/library/create-library';
import type { ProcessFigures, Task } from './own-process';
import { TextModel, textOf } from './text-model';

/** Entry of the process started by `inOwnProcess`; answers over the channel it was given. */
async function runTask(task: Task): Promise<void> {
  const started = performance.now();
  const bytes = await (task.kind === 'import' ? importOne(task) : fillContext(task));
  // Linux and Windows count in kilobytes; Node has macOS do so too.
  const figures: ProcessFigures = { seconds: (performance.now() - started) / 1000, bytes, peakBytes: resourceUsage().maxRSS * 1024 };
  process.send?.(figures);
  process.disconnect();
}

async function importOne({ resources, models, source, quantize }: Extract<Task, { kind: 'import' }>): Promise<number> {
  const library = createLibrary({ folder: models, resources, reserved: new Set(), environment: process.env, check: checkWritten });
  const fromCatalogue = (await library.catalogue()).some(({ id }) => id === source);
  const job = library.jobs.add({
    source: fromCatalogue ? { kind: 'catalogue', id: source } : { kind: 'path', path: source },
    quantize: quantizations.find((known) => known === quantize) ?? 'auto',
  });
  const { state, error } = await library.jobs.finished(job);
  if (state !== 'done') throw new Error(`The import ended as ${state}: ${error?.message ?? ''}`);
  return process.memoryUsage.rss();
}

/** An engine that has read a prompt and written after it, up to so many positions, with everything a run keeps still held. */
async function fillContext({ resources, models, id, context, steps = 100 }: Extract<Task, { kind: 'context' }>): Promise<number> {
  const model = await TextModel.open(resources, models, id);
  try {
    let seen = 0;
    await model.run(textOf(context - steps), [{ kind: 'cot', ignoreEnd: true, maximumSteps: steps }], async () => {
      if (++seen === steps) {
        await setTimeout(1000);
        seen = process.memoryUsage.rss();
      }
    });
    return seen;
  } finally {
    await model.dispose();
  }
}

await runTask(JSON.parse(process.argv.at(-1) ?? '') as Task);
