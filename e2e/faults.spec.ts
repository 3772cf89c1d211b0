import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type InterlinearApp, type LaunchOptions, projectFolder, test } from './app';
import { defaultPrompt, leaveWorkspace, longChain } from './session-files';
import { WorkspacePage } from './workspace-page';

type Launch = (options?: LaunchOptions) => Promise<InterlinearApp>;

/** The app with one lane that runs for seconds, some steps into its run. */
async function midRun(launch: Launch, userData: string): Promise<{ app: InterlinearApp; workspace: WorkspacePage }> {
  leaveWorkspace(userData, { lanes: [longChain] });
  const app = await launch({ userData });
  await app.waitForIdle();
  const workspace = new WorkspacePage(app.page);
  await workspace.run.click();
  await expect(workspace.steps('Chain of thought').nth(4)).toBeVisible();
  // Nobody has moved over a step, and the inspector has one to show.
  await expect(app.page.getByText(/step \d+ of \d+/u)).toBeVisible();
  return { app, workspace };
}

async function nextRunWorks(workspace: WorkspacePage): Promise<void> {
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done', { timeout: 40_000 });
}

/** The shipped resources, to be spoilt. */
function copyResources(folder: string): { resources: string; model: string } {
  const resources = join(folder, 'resources');
  cpSync(join(projectFolder, 'resources'), resources, { recursive: true });
  return { resources, model: join(resources, 'models', 'kin') };
}

test('the engine is killed in the middle of a run: what was computed stays, and the next run works', async ({ launch, folder }) => {
  const { app, workspace } = await midRun(launch, join(folder, 'user-data'));
  const pid = await app.enginePid();
  await app.killEngine();
  await expect(workspace.row(1)).toContainText('interrupted');
  await expect(workspace.status).toContainText('Engine ready');
  expect(await app.enginePid()).not.toBe(pid);
  await expect(workspace.steps('Chain of thought').first()).toBeVisible();

  // Its recording reads back up to the last step.
  await app.waitForIdle();
  await workspace.traces.click();
  await expect(app.page.getByRole('menuitem', { name: /interrupted/ })).toBeVisible();
  await app.page.keyboard.press('Escape');
  await nextRunWorks(workspace);
});

test('an engine that keeps dying is given up after three restarts, and can be started by hand', async ({ app }) => {
  const workspace = new WorkspacePage(app.page);
  for (let restart = 0; restart < 3; restart++) {
    const before = await app.enginePid();
    await app.killEngine();
    await expect.poll(async () => [null, before].includes(await app.enginePid())).toBe(false);
    await app.waitForIdle();
    await expect(workspace.status).toContainText('Engine ready');
  }
  await app.killEngine();
  await expect(workspace.status).toContainText('Engine lost');
  await expect(app.page.getByRole('alert')).toContainText('The engine was killed.');
  // The window is still of use.
  await workspace.prompt.fill('ada→bob ? bob or sue from ada');
  await expect(workspace.prompt).toHaveValue(/ada→bob/);

  await app.electron.evaluate(({ Menu }) => {
    Menu.getApplicationMenu()?.getMenuItemById('start-engine')?.click();
  });
  await expect(workspace.status).toContainText('Engine ready');
  await nextRunWorks(workspace);
});

test('the port to the engine closes during a run: the run is kept, a new port serves the next', async ({ launch, folder }) => {
  const { app, workspace } = await midRun(launch, join(folder, 'user-data'));
  const pid = await app.enginePid();
  // A new port replaces the old one, which is closed under the run.
  expect(await app.page.evaluate(() => window.interlinear.connectEngine())).toEqual({ ok: true, value: null });
  await expect(workspace.row(1)).toContainText('interrupted');
  await app.waitForIdle();
  expect(await app.enginePid()).toBe(pid);
  await nextRunWorks(workspace);
});

test('the page is reloaded during a run: nothing hangs, its trace stays', async ({ launch, folder }) => {
  const userData = join(folder, 'user-data');
  const { app, workspace } = await midRun(launch, userData);
  await app.page.reload();
  await app.waitForIdle();
  await expect(workspace.status).toContainText('Engine ready');
  await expect.poll(() => readdirSync(join(userData, 'runs')).length).toBe(1);
  await nextRunWorks(workspace);
});

test('the page’s own process dies: it is loaded again and connected', async ({ app }) => {
  // Seen from the main process, because Playwright gives up on a page that has crashed.
  const status = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (!contents) return 'there is no window';
    const loaded = new Promise<void>((resolve) => {
      contents.once('did-finish-load', () => {
        resolve();
      });
    });
    contents.forcefullyCrashRenderer();
    await loaded;
    const text: unknown = await contents.executeJavaScript(
      `window.__interlinear.waitForIdle().then(() => document.querySelector('[role="status"]').textContent)`,
    );
    return text;
  });
  expect(status).toContain('Engine ready');
});

/** Publishes a spoilt file as if it had been meant: its hash is right, so that what is inside has to be judged. */
function publish(model: string, name: string): void {
  const file = join(model, 'interlinear.json');
  const description = JSON.parse(readFileSync(file, 'utf8')) as { readonly sha256: Readonly<Record<string, string>> };
  const hash = createHash('sha256')
    .update(readFileSync(join(model, name)))
    .digest('hex');
  writeFileSync(file, JSON.stringify({ ...description, sha256: { ...description.sha256, [name]: hash } }));
}

/** Runs with spoilt resources, and gives what the window says; it has to stay of use. */
async function refusal(launch: Launch, resources: string): Promise<string> {
  const app = await launch({ arguments: [`--resources=${resources}`] });
  await app.waitForIdle();
  const workspace = new WorkspacePage(app.page);
  await expect(workspace.status).toContainText('Engine ready');
  await workspace.run.click();
  await expect(workspace.messages).not.toBeEmpty();
  await app.waitForIdle();
  await expect(workspace.row(1)).toBeHidden();
  await expect(workspace.prompt).toBeEditable();
  return workspace.messages.innerText();
}

test('a model file that is not the published one is refused by its hash', async ({ launch, folder }) => {
  const { resources, model } = copyResources(folder);
  truncateSync(join(model, 'model.safetensors'), 400_000);
  expect(await refusal(launch, resources)).toMatch(/model\.safetensors is not the one[\s\S]*download it again/);
});

test('truncated weights are refused', async ({ launch, folder }) => {
  const { resources, model } = copyResources(folder);
  truncateSync(join(model, 'model.safetensors'), 400_000);
  publish(model, 'model.safetensors');
  expect(await refusal(launch, resources)).toMatch(/safetensors/);
});

test('a configuration that contradicts the weights is refused', async ({ launch, folder }) => {
  const { resources, model } = copyResources(folder);
  const file = join(model, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { readonly num_hidden_layers: number };
  writeFileSync(file, JSON.stringify({ ...config, num_hidden_layers: config.num_hidden_layers + 1 }));
  publish(model, 'config.json');
  expect(await refusal(launch, resources)).toMatch(/layers/);
});

test('an empty prompt and unknown names are told before anything runs', async ({ app }) => {
  const workspace = new WorkspacePage(app.page);
  await workspace.prompt.fill('');
  await app.waitForIdle();
  await workspace.run.click();
  await expect(workspace.messages).toContainText('The prompt is empty.');

  await workspace.prompt.fill(defaultPrompt().replace('zoe', 'zorro'));
  await expect(workspace.problems).toContainText('zorro');
  await expect(workspace.prompt).toHaveAttribute('aria-invalid', 'true');
  await app.waitForIdle();
  await workspace.run.click();
  await expect(workspace.messages).toContainText('zorro');
  await expect(workspace.row(1)).toBeHidden();
});

test('the disk is full while a run is recorded: the run goes on and says that it was not recorded', async ({ launch, folder }) => {
  const userData = join(folder, 'user-data');
  const runs = join(userData, 'runs');
  mkdirSync(runs, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', runs], { encoding: 'utf8' });
  test.skip(mounted.status !== 0, `A small disk can only be mounted by root: ${mounted.error?.message ?? mounted.stderr}`);
  try {
    const app = await launch({ userData });
    await app.waitForIdle();
    const workspace = new WorkspacePage(app.page);
    await workspace.run.click();
    await expect(workspace.status).toContainText('Not recorded');
    await expect(workspace.row(1)).toContainText('done');
    await expect(workspace.lane('Continuous thought').getByText(/right|wrong/)).toBeAttached();
    await app.close();
  } finally {
    spawnSync('umount', ['--lazy', runs]);
  }
});
