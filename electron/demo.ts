import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { app, type BrowserWindow } from 'electron';
import type { EngineClient } from '../main/contract/client';
import { InterlinearError } from '../main/contract/errors';
import type { MenuCommand } from '../main/contract/shell';
import { notices } from './channels';
import { demoTable } from './demo-table';
import type { EngineService } from './engine-service';
import { notify } from './ipc';
import { createMainWindow } from './main-window';
import { readRecordedRun } from './recorded-run';

const timeLimit = 120_000;

/** Resolves when the page says that nothing is under way and what there is has been painted. */
async function idle(window: BrowserWindow): Promise<void> {
  await window.webContents.executeJavaScript('window.__interlinear.waitForIdle()');
}

async function traceIds(client: EngineClient): Promise<Set<string>> {
  const { traces } = await client.request('traces.list', {});
  return new Set(traces.filter((trace) => trace.status !== 'recording').map((trace) => trace.id));
}

/** The trace that was not there before, once its run has ended. */
async function newTrace(client: EngineClient, before: ReadonlySet<string>): Promise<string> {
  for (;;) {
    const [found] = [...(await traceIds(client))].filter((id) => !before.has(id));
    if (found !== undefined) return found;
    await pause(100);
  }
}

async function runDemo(engine: EngineService, folder: string, stage: (what: string) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  stage('starting the engine');
  const client = await engine.client();
  const before = await traceIds(client);

  stage('opening the window');
  const window = createMainWindow();
  await once(window.webContents, 'did-finish-load');
  await idle(window);

  stage('running the prompt');
  // As from the menu: the page itself runs its lanes, and is idle again when they have ended.
  notify(window, notices.menu, 'run' satisfies MenuCommand);
  const trace = await newTrace(client, before);
  await idle(window);
  const picture = join(folder, 'window.png');
  writeFileSync(picture, (await window.webContents.capturePage()).toPNG());

  stage('writing the trace');
  const run = await readRecordedRun(client, trace);
  const bundle = join(folder, 'run.interlinear');
  await client.request('run.export', { run: run.id, format: 'bundle', path: bundle });
  process.stdout.write(`\n${run.info.request.prompt}\n\n${demoTable(run)}\n\nTrace    ${bundle}\nPicture  ${picture}\n`);
  if (run.outcome.status !== 'done')
    throw new InterlinearError('internal', `The run ended as “${run.outcome.status}”.`, run.outcome.error?.message);
}

/** Runs the default prompt in the window, leaves bundle and picture in `folder`, prints a table and ends the app: 0 when all of it worked. */
export function setupDemo(engine: EngineService, folder: string): void {
  let doing = 'starting';
  const fail = (why: string): void => {
    process.stderr.write(`The demonstration failed while ${doing}: ${why}\n`);
    app.exit(1);
  };
  const watchdog = setTimeout(() => {
    fail(`it took longer than ${timeLimit / 1000} seconds.`);
  }, timeLimit);
  const stage = (what: string): void => {
    doing = what;
  };
  runDemo(engine, folder, stage)
    .then(() => app.exit(0))
    .catch((error: unknown) => {
      const hint = error instanceof InterlinearError && error.hint !== '' ? ` ${error.hint}` : '';
      fail(`${error instanceof Error ? error.message : String(error)}${hint}`);
    })
    .finally(() => {
      clearTimeout(watchdog);
    });
}
