import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow } from 'electron';
import type { EngineClient } from '../main/contract/client';
import { InterlinearError } from '../main/contract/errors';
import { laneSettingsSchema, type LaneSettingsInput } from '../main/contract/lanes';
import type { Preset } from '../main/contract/model';
import { idleAttribute, type MenuCommand, workspaceSchema } from '../main/contract/shell';
import { notices } from './channels';
import { demoTable } from './demo-table';
import type { EngineService } from './engine-service';
import { notify } from './ipc';
import { createMainWindow } from './main-window';
import { readRecordedRun } from './recorded-run';
import { workspaceFile } from './workspace';

const timeLimit = 120_000;

/** The four lanes of the main job, as a new user would have them for this prompt. */
function demoLanes(preset: Preset): LaneSettingsInput[] {
  return [{ kind: 'direct' }, { kind: 'cot' }, { kind: 'best-of-n', n: 16 }, { kind: 'coconut', thoughts: preset.recommended.thoughts }];
}

/** Resolves when the page says that it is idle and that is what is on screen. */
async function idle(window: BrowserWindow): Promise<void> {
  await window.webContents.executeJavaScript(`new Promise((resolve) => {
    const root = document.documentElement;
    const done = () => {
      if (root.getAttribute(${JSON.stringify(idleAttribute)}) !== 'true') return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)));
    };
    const observer = new MutationObserver(done);
    observer.observe(root, { attributes: true, attributeFilter: [${JSON.stringify(idleAttribute)}] });
    done();
  })`);
}

/** The first trace of a fresh folder, once its run has ended. The page runs it; the shell only looks at what is recorded. */
async function recordedTrace(client: EngineClient): Promise<string> {
  for (;;) {
    const { traces } = await client.request('traces.list', {});
    const ended = traces.find((trace) => trace.status !== 'recording');
    if (ended) return ended.id;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

async function runDemo(engine: EngineService, folder: string, stage: (what: string) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  stage('waiting for the engine');
  const client = await engine.client();
  const { presets, models } = await client.request('hello', { protocol: 1 });
  const [preset] = presets;
  const [model] = models;
  if (!preset || !model) throw new InterlinearError('unknown-model', 'The engine offers no model with a preset prompt.', 'Check the resources folder.');

  stage('opening the window');
  workspaceFile().save(workspaceSchema.parse({ schema: 1, prompt: preset.prompt, model: model.id, lanes: demoLanes(preset).map((lane) => laneSettingsSchema.parse(lane)) }));
  const window = createMainWindow();
  await idle(window);

  stage('running the prompt');
  notify(window, notices.menu, 'run' satisfies MenuCommand);
  const trace = await recordedTrace(client);
  await idle(window);
  const picture = join(folder, 'window.png');
  writeFileSync(picture, (await window.webContents.capturePage()).toPNG());

  stage('writing the trace');
  const run = await readRecordedRun(client, trace);
  const bundle = join(folder, 'run.interlinear');
  await client.request('run.export', { run: run.id, format: 'bundle', path: bundle });
  process.stdout.write(`\n${preset.prompt}\n\n${demoTable(run)}\n\nTrace    ${bundle}\nPicture  ${picture}\n`);
  if (run.outcome.status !== 'done') throw new InterlinearError('internal', `The run ended as “${run.outcome.status}”.`, run.outcome.error?.message);
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
