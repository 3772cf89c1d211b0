import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ElectronApplication, Page } from '@playwright/test';
import { maximumLanes } from '../main/contract/lanes';
import { bundleFiles } from '../main/contract/trace';
import { createLibrary } from '../main/library/create-library';
import { measureReopening, type ReopeningFigures } from './long-trace';
import { writeRandomModel } from './random-model';
import { idle, launch, type Memory, memory } from './window';

const id = 'random-llama';
/** Milliseconds between two readings of memory. */
const glance = 1000;
const notes = 'long-run.json';

export interface LongRunOptions {
  readonly lanes: number;
  readonly steps: number;
  /** Where the run is recorded and left; where there is one already it is only opened and scrolled. Undefined: nothing is left. */
  readonly folder: string | undefined;
}

export interface LongRunFigures {
  readonly lanes: number;
  /** Steps of all lanes. */
  readonly steps: number;
  readonly run: RunFigures | null;
  readonly reopening: ReopeningFigures;
}

interface RunFigures {
  readonly seconds: number;
  /** Megabytes of working set before the run. */
  readonly before: Memory;
  /**
   * Megabytes of working set in each quarter of the run. Window: at the end of the quarter, after its garbage was collected. Engine, where
   * nobody from outside can ask for that: the least of the readings in the quarter, one a second.
   */
  readonly quarters: readonly Memory[];
  readonly traceMegabytes: number;
}

/** A run of so many steps in the window, on a model of random weights; then its trace, opened by a new start of the program. */
export async function measureLongRun(root: string, options: LongRunOptions, progress: (text: string) => void): Promise<LongRunFigures> {
  const { lanes, steps } = options;
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > maximumLanes) throw new Error(`A run has 1 to ${maximumLanes} lanes, not ${lanes}.`);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'interlinear-bench-')));
  try {
    const userData = join(folder, 'user');
    const known = existsSync(join(folder, notes));
    const run = known ? null : await measureRun(root, { folder, userData, lanes, steps }, progress);
    if (!known) await writeFile(join(folder, notes), JSON.stringify({ lanes, steps }));
    const made = JSON.parse(await readFile(join(folder, notes), 'utf8')) as { lanes: number; steps: number };
    progress('long run: opened again');
    const reopening = await measureReopening(root, userData, Math.floor(made.steps / made.lanes));
    return { ...made, run, reopening };
  } finally {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function measureRun(
  root: string,
  {
    folder,
    userData,
    lanes,
    steps,
  }: { readonly folder: string; readonly userData: string; readonly lanes: number; readonly steps: number },
  progress: (text: string) => void,
): Promise<RunFigures> {
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

  const app = await launch(root, userData, { schema: 1, model: id, prompt: 'abc abd abe', lanes: chains });
  const page = await app.firstWindow();
  await idle(page);
  const before = await collected(app, page);
  const started = performance.now();
  await page.getByRole('button', { name: /^Run/u }).first().click();
  await page.getByRole('button', { name: /^Stop/u }).click({ trial: true });
  const done = idle(page).then(() => 'done' as const);
  const quarters: Memory[] = [];
  let engine: number[] = [];
  while ((await Promise.race([done, setTimeout(glance, 'waiting' as const)])) === 'waiting') {
    const share = (await stepsShown(page)) / steps;
    engine.push((await memory(app)).engine);
    if (share < (quarters.length + 1) / 4) continue;
    quarters.push({ renderer: (await collected(app, page)).renderer, engine: Math.min(...engine) });
    progress(`long run: quarter ${quarters.length}: engine ${quarters.at(-1)?.engine} MB, window ${quarters.at(-1)?.renderer} MB`);
    engine = [];
  }
  const seconds = (performance.now() - started) / 1000;
  if (quarters.length < 4) quarters.push({ renderer: (await collected(app, page)).renderer, engine: Math.min(...engine, Infinity) });
  await app.close();
  return { seconds, before, quarters, traceMegabytes: Math.round(traceBytes(join(userData, 'runs')) / 2 ** 20) };
}

/** Steps of all lanes, as the window counts them. */
async function stepsShown(page: Page): Promise<number> {
  const sizes = await page
    .getByRole('listbox')
    .evaluateAll((strips) =>
      strips.map((strip) => Number(strip.querySelector('[role=option]:last-of-type')?.getAttribute('aria-setsize') ?? 0)),
    );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Memory once the page has collected its garbage. */
async function collected(app: ElectronApplication, page: Page): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
  return memory(app);
}

function traceBytes(runs: string): number {
  return readdirSync(runs)
    .flatMap((trace) => readdirSync(join(runs, trace)).map((name) => join(runs, trace, name)))
    .filter((path) => !path.endsWith(bundleFiles.journal))
    .reduce((sum, path) => sum + statSync(path).size, 0);
}
