import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ElectronApplication, type Page, _electron } from '@playwright/test';
import { percentile, type Spread, spread } from './spread';

const lanes = 6;
const stepsPerLane = 2000;
const keyPresses = 120;
const minute = 60_000;

export interface WindowFigures {
  /** From starting the program to a window that is connected and painted, in milliseconds. */
  readonly coldStart: Spread;
  readonly streaming: {
    readonly lanes: number;
    readonly stepsPerLane: number;
    readonly seconds: number;
    readonly stepsPerSecond: number;
    readonly framesPerSecond: number;
    /** From a key press until the page has made the frame that shows it, in milliseconds: what the app itself takes. */
    readonly inputToFrame: Latency;
    /** From a key press to the next paint, drawing by the graphics system included (in software where there is no GPU), as the page's Event Timing entries give it: in steps of 8 ms, what takes less than 16 counts as 16. */
    readonly inputToPaint: Latency;
  };
  /** Megabytes of working set. */
  readonly memory: { readonly before: Memory; readonly afterOneRun: Memory; readonly afterThreeRuns: Memory };
}

interface Latency {
  readonly median: number;
  readonly p95: number;
  readonly presses: number;
}

export interface Memory {
  readonly renderer: number;
  readonly engine: number;
}

/** Six lanes stream two thousand steps each while keys are pressed; then cold starts. */
export async function measureWindow(root: string, progress: (text: string) => void): Promise<WindowFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'interlinear-bench-'));
  try {
    const coldStarts: number[] = [];
    for (let i = 0; i < 3; i++) {
      const started = performance.now();
      const app = await launch(root, join(folder, `cold-${i}`));
      await idle(await app.firstWindow());
      coldStarts.push(performance.now() - started);
      await app.close();
      progress(`cold start ${i + 1} of 3`);
    }
    const userData = join(folder, 'streaming');
    const app = await launch(root, userData, longRun());
    const page = await app.firstWindow();
    await idle(page);
    const before = await memory(app);
    const streaming = await stream(page);
    progress('streamed once');
    const afterOneRun = await memory(app);
    for (let i = 0; i < 2; i++) await stream(page);
    const afterThreeRuns = await memory(app);
    await app.close();
    return { coldStart: spread(coldStarts), streaming, memory: { before, afterOneRun, afterThreeRuns } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A workspace of six chains that do not stop by themselves, each with another temperature. */
function longRun(): object {
  const chains = Array.from({ length: lanes }, (_, i) => ({
    kind: 'cot',
    temperature: 0.7 + i / 10,
    ignoreEnd: true,
    maximumSteps: stepsPerLane,
  }));
  return { schema: 1, prompt: 'ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada', lanes: chains };
}

let signalled: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | null = null;

/** The signal that told this program to end, after which Playwright closes its windows; null where none did. */
export const toldToEnd = (): typeof signalled => signalled;

export async function launch(root: string, userData: string, workspace?: object): Promise<ElectronApplication> {
  const executablePath = process.env['INTERLINEAR_ELECTRON'];
  if (executablePath === undefined) throw new Error('INTERLINEAR_ELECTRON does not name an Electron: run this through npm run bench.');
  if (workspace) {
    await mkdir(userData, { recursive: true });
    await writeFile(join(userData, 'workspace.json'), JSON.stringify(workspace));
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      signalled = signal;
    });
  }
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // Its own library, whatever the caller's: what was imported for it is there.
  const environment = { ...process.env, INTERLINEAR_MODELS: join(userData, 'models') };
  return _electron.launch({ executablePath, args: [...sandbox, root, `--user-data-dir=${userData}`], env: environment });
}

/** Until the page says that nothing runs, no request is under way and the last change is on screen. */
export async function idle(page: Page): Promise<void> {
  page.setDefaultTimeout(10 * minute);
  await page.waitForFunction(() => window.__interlinear !== undefined);
  await page.evaluate(() => window.__interlinear?.waitForIdle());
}

async function stream(page: Page): Promise<WindowFigures['streaming']> {
  const watch = await page.evaluateHandle(() => {
    const state = { frames: 0, samples: [] as number[], made: [] as number[], running: true };
    const count = (): void => {
      state.frames += 1;
      if (state.running) requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
    const noteFrame = (event: KeyboardEvent): void => {
      requestAnimationFrame(() => {
        // A message posted in a frame arrives once that frame has been made.
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => state.made.push(performance.now() - event.timeStamp), { once: true });
        port1.start();
        port2.postMessage(null);
      });
    };
    addEventListener('keydown', noteFrame, { capture: true });
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntriesByName('keydown')) state.samples.push(entry.duration);
    });
    // Known to the browser, not yet to TypeScript's description of it.
    const options: PerformanceObserverInit & { readonly durationThreshold: number } = { type: 'event', durationThreshold: 16 };
    observer.observe(options);
    return state;
  });
  const started = performance.now();
  await page.getByRole('button', { name: /^Run/u }).first().click();
  // A trial click waits until Stop can be pressed, which is when the run has started.
  await page.getByRole('button', { name: /^Stop/u }).click({ trial: true });
  for (let press = 0; press < keyPresses; press++) await page.keyboard.press(press % 2 === 0 ? 'ArrowRight' : 'ArrowLeft', { delay: 40 });
  await idle(page);
  const seconds = (performance.now() - started) / 1000;
  const { frames, slow, made } = await watch.evaluate((state) => {
    state.running = false;
    return { frames: state.frames, slow: state.samples, made: state.made };
  });
  const samples = [...slow, ...Array.from({ length: Math.max(0, keyPresses - slow.length) }, () => 16)];
  await watch.dispose();
  return {
    lanes,
    stepsPerLane,
    seconds,
    stepsPerSecond: (lanes * stepsPerLane) / seconds,
    framesPerSecond: frames / seconds,
    inputToFrame: latency(made),
    inputToPaint: latency(samples),
  };
}

function latency(milliseconds: readonly number[]): Latency {
  return { median: percentile(milliseconds, 0.5), p95: percentile(milliseconds, 0.95), presses: milliseconds.length };
}

export async function memory(app: ElectronApplication): Promise<Memory> {
  const metrics = await app.evaluate(({ app: main }) =>
    main.getAppMetrics().map(({ type, name, memory: used }) => ({ type, name, kilobytes: used.workingSetSize })),
  );
  const megabytes = (match: (metric: (typeof metrics)[number]) => boolean): number =>
    Math.round((metrics.find(match)?.kilobytes ?? NaN) / 1024);
  return { renderer: megabytes((metric) => metric.type === 'Tab'), engine: megabytes((metric) => metric.name === 'Interlinear engine') };
}
