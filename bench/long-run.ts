import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { createLibrary } from '../main/library/create-library';
import { bundleFiles } from '../main/contract/trace';
import { writeRandomModel } from './random-model';
import { percentile } from './spread';
import { idle, launch, type Memory, memory } from './window';

const id = 'random-llama';
/** Milliseconds between two readings of memory. */
const glance = 1000;
const scrollFrames = 240;

export interface LongRunFigures {
  readonly lanes: number;
  readonly steps: number;
  readonly seconds: number;
  /** Megabytes of working set as the run grows: about ten readings, the first before it. */
  readonly curve: readonly (Memory & { readonly steps: number })[];
  readonly traceMegabytes: number;
  /** From starting the program again until the trace of the run is on screen, in seconds. */
  readonly reopenSeconds: number;
  readonly afterReopening: Memory;
  /** Milliseconds between frames while the strip is scrolled from its beginning to its end. */
  readonly scroll: { readonly median: number; readonly p95: number; readonly longest: number };
}

/** A run of so many steps in the window, all lanes counted, on a model of random weights; then its trace, opened by a new start of the program. */
export async function measureLongRun(
  root: string,
  { lanes, steps }: { readonly lanes: number; readonly steps: number },
  progress: (text: string) => void,
): Promise<LongRunFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'interlinear-bench-'));
  try {
    const userData = join(folder, 'user');
    const models = createLibrary({
      folder: join(userData, 'models'),
      resources: join(root, 'resources'),
      reserved: new Set(),
      environment: process.env,
    });
    const job = models.jobs.add({ source: { kind: 'path', path: await writeRandomModel(folder) }, quantize: 'auto', name: id });
    const { state, error } = await models.jobs.finished(job);
    if (state !== 'done') throw new Error(`The model could not be imported: ${error?.message ?? state}`);
    const chains = Array.from({ length: lanes }, () => ({
      kind: 'cot',
      temperature: 1,
      ignoreEnd: true,
      maximumSteps: Math.floor(steps / lanes),
    }));
    const workspace = { schema: 1, model: id, prompt: 'abc abd abe', lanes: chains };

    const app = await launch(root, userData, workspace);
    const page = await app.firstWindow();
    await idle(page);
    const curve = [{ steps: 0, ...(await memory(app)) }];
    const started = performance.now();
    await page.getByRole('button', { name: /^Run/u }).first().click();
    await page.getByRole('button', { name: /^Stop/u }).click({ trial: true });
    const done = idle(page).then(() => 'done' as const);
    while ((await Promise.race([done, setTimeout(glance, 'waiting' as const)])) === 'waiting') {
      const share = journalBytes(join(userData, 'runs'));
      curve.push({ steps: share, ...(await memory(app)) });
      progress(`long run: ${share} bytes recorded, engine ${curve.at(-1)?.engine} MB, renderer ${curve.at(-1)?.renderer} MB`);
    }
    const seconds = (performance.now() - started) / 1000;
    const last = await memory(app);
    await app.close();
    // Every step takes as many bytes of the journal as any other.
    const most = Math.max(...curve.map((point) => point.steps), 1);
    const counted = curve.map((point) => ({ ...point, steps: Math.round((point.steps / most) * steps) }));

    const before = performance.now();
    const again = await launch(root, userData);
    const reopened = await again.firstWindow();
    await idle(reopened);
    const reopenSeconds = (performance.now() - before) / 1000;
    const afterReopening = await memory(again);
    const scroll = await scrollStrip(reopened);
    await again.close();
    return {
      lanes,
      steps,
      seconds,
      curve: [...thinned(counted, 10), { ...last, steps }],
      traceMegabytes: Math.round(traceBytes(join(userData, 'runs')) / 2 ** 20),
      reopenSeconds,
      afterReopening,
      scroll,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function filesOf(runs: string): string[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs).flatMap((trace) => readdirSync(join(runs, trace)).map((name) => join(runs, trace, name)));
}

function journalBytes(runs: string): number {
  const journals = filesOf(runs).filter((path) => path.endsWith(bundleFiles.journal));
  return journals.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
}

const traceBytes = (runs: string): number => filesOf(runs).reduce((sum, path) => sum + statSync(path).size, 0);

/** About so many of the items, evenly spaced, the first among them. */
function thinned<T>(items: readonly T[], count: number): T[] {
  const stride = Math.max(1, Math.ceil(items.length / count));
  return items.filter((_, i) => i % stride === 0);
}

/** Scrolls the first strip from its beginning to its end, a step a frame. */
async function scrollStrip(page: Page): Promise<LongRunFigures['scroll']> {
  const strip = page.getByRole('listbox').first();
  const times = await strip.evaluate(async (element, frames) => {
    const taken: number[] = [];
    let before = performance.now();
    for (let frame = 0; frame <= frames; frame++) {
      element.scrollTop = (frame / frames) * (element.scrollHeight - element.clientHeight);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      taken.push(now - before);
      before = now;
    }
    return taken;
  }, scrollFrames);
  return { median: percentile(times, 0.5), p95: percentile(times, 0.95), longest: Math.max(...times) };
}
