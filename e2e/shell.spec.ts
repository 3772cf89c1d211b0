import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appArguments, electronExecutable, expect, type InterlinearApp, test } from './app';
import { leaveWorkspace, readWorkspace } from './session-files';
import { WorkspacePage } from './workspace-page';

async function runOnce(app: InterlinearApp): Promise<WorkspacePage> {
  const workspace = new WorkspacePage(app.page);
  await app.menu('run');
  await expect(workspace.row(1)).toContainText('done');
  await app.waitForIdle();
  return workspace;
}

/** Runs the default prompt in an app of its own and leaves its bundle at `path`. */
async function makeBundle(launch: () => Promise<InterlinearApp>, path: string): Promise<void> {
  const app = await launch();
  await app.waitForIdle();
  const workspace = await runOnce(app);
  await app.answerDialogs(path);
  await app.menu('export-bundle');
  await expect(workspace.messages).toContainText('Exported');
}

test('the menu shows every command with its key and carries it out', async ({ app, folder }) => {
  const entries = await app.electron.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? []).flatMap((top) =>
      (top.submenu?.items ?? []).filter((item) => item.id !== '').map((item) => [item.id, item.accelerator ?? '']),
    ),
  );
  expect(Object.fromEntries(entries)).toMatchObject({
    open: 'CmdOrCtrl+O',
    'export-bundle': 'CmdOrCtrl+S',
    'export-csv': 'CmdOrCtrl+Shift+S',
    undo: 'CmdOrCtrl+Z',
    redo: 'CmdOrCtrl+Shift+Z',
    run: 'CmdOrCtrl+Enter',
    palette: 'CmdOrCtrl+K',
    'add-lane': '',
    'start-engine': '',
  });

  const workspace = await runOnce(app);
  const bundle = join(folder, 'kept');
  await app.answerDialogs(bundle);
  await app.menu('export-bundle');
  await expect(workspace.messages).toContainText('kept.interlinear');
  expect(statSync(`${bundle}.interlinear`).size).toBeGreaterThan(1000);

  const table = join(folder, 'steps.csv');
  await app.answerDialogs(table);
  await app.menu('export-csv');
  await expect(workspace.messages).toContainText('steps.csv');
  expect(readFileSync(table, 'utf8').split('\n')[0]).toContain('lane');

  await app.menu('keys');
  const keys = app.page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toBeVisible();
  await app.page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await app.menu('palette');
  // Inside the palette: until it is there the window's own boxes answer to the role.
  await expect(app.page.getByRole('dialog', { name: 'All actions' }).getByRole('combobox')).toBeFocused();
});

test('pictures, tables and text leave the window by dialog and clipboard, under the name the user gives', async ({ app, folder }) => {
  const path = join(folder, 'picture.svg');
  await app.answerDialogs(path);
  expect(await app.page.evaluate(() => window.interlinear.saveFile({ name: '../../etc/x', kind: 'svg', data: '<svg/>' }))).toEqual({
    ok: true,
    value: { name: 'picture.svg' },
  });
  expect(readFileSync(path, 'utf8')).toBe('<svg/>');
  const bytes = join(folder, 'bytes');
  await app.answerDialogs(bytes);
  await app.page.evaluate(() => window.interlinear.saveFile({ name: 'x', kind: 'png', data: Uint8Array.of(137, 80, 78, 71) }));
  expect([...readFileSync(`${bytes}.png`)]).toEqual([137, 80, 78, 71]);

  await app.answerDialogs('/dev/null/not-a-folder/x.csv');
  expect(await app.page.evaluate(() => window.interlinear.saveFile({ name: 'x', kind: 'csv', data: 'a,b' }))).toMatchObject({
    ok: false,
    error: { code: 'disk-error' },
  });
  await app.answerDialogs(null);
  expect(await app.page.evaluate(() => window.interlinear.saveFile({ name: 'x', kind: 'csv', data: 'a,b' }))).toEqual({
    ok: true,
    value: null,
  });

  await app.page.evaluate(() => window.interlinear.copyText('ada→bob'));
  expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe('ada→bob');
});

test('a session comes back: prompt, lanes, runs and the window’s place', async ({ launch, folder }) => {
  const userData = join(folder, 'session');
  leaveWorkspace(userData, { lanes: [{ kind: 'direct' }, { kind: 'coconut', thoughts: 3 }] });
  const first = await launch({ userData });
  await first.waitForIdle();
  await runOnce(first);
  await first.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 60, width: 1100, height: 720 });
  });
  await first.close();
  expect(readWorkspace(userData)).toMatchObject({
    lanes: [{ kind: 'direct' }, { kind: 'coconut', thoughts: 3 }],
    traces: [expect.any(String)],
  });

  const second = await launch({ userData });
  await second.waitForIdle();
  const workspace = new WorkspacePage(second.page);
  await expect(workspace.lane('Direct')).toBeVisible();
  await expect(workspace.lane('Continuous thought')).toContainText('3 thoughts');
  await expect(workspace.row(1)).toContainText('recorded');
  await expect(workspace.steps('Direct').first()).toBeVisible();
  expect(await second.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds())).toMatchObject({
    width: 1100,
    height: 720,
  });
});

test('a damaged workspace file is kept aside and the app starts as new', async ({ launch, folder }) => {
  const userData = join(folder, 'damaged');
  const file = leaveWorkspace(userData, { lanes: [] });
  writeFileSync(file, '{"schema":1,"prompt":"cut of');
  const app = await launch({ userData });
  await app.waitForIdle();
  await expect(new WorkspacePage(app.page).lane('Chain of thought')).toBeVisible();
  expect(readFileSync(`${file}.damaged`, 'utf8')).toContain('cut of');
});

test('a trace opens from the command line, from the dialog and again in the next session', async ({ launch, folder }) => {
  const bundle = join(folder, 'shared.interlinear');
  await makeBundle(launch, bundle);

  const userData = join(folder, 'reader');
  const reader = await launch({ userData, arguments: [`--trace=${bundle}`] });
  const workspace = new WorkspacePage(reader.page);
  await expect(workspace.row(1)).toContainText('recorded');
  await reader.waitForIdle();
  await reader.answerDialogs(bundle);
  await reader.menu('open');
  await expect(workspace.messages).toContainText('already on screen');
  await reader.waitForIdle();
  await reader.close();

  const again = await launch({ userData });
  await expect(new WorkspacePage(again.page).row(1)).toContainText('recorded');
  await again.waitForIdle();
});

test('a trace that is not there, and a file that is none, are said to be so', async ({ launch, folder }) => {
  const nonsense = join(folder, 'nonsense.interlinear');
  writeFileSync(nonsense, 'not a bundle at all');
  const app = await launch({ arguments: [join(folder, 'missing.interlinear'), nonsense] });
  const { messages } = new WorkspacePage(app.page);
  await expect(messages).toContainText('There is no trace at');
  await expect(messages).toContainText(/not a|cannot be read|damaged/i);
});

test('a second instance hands its trace to the first and ends', async ({ launch, folder }) => {
  const bundle = join(folder, 'handed.interlinear');
  await makeBundle(launch, bundle);
  const userData = join(folder, 'shared');
  const first = await launch({ userData });
  await first.waitForIdle();
  await first.electron.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.minimize();
  });
  const second = spawnSync(electronExecutable(), appArguments(userData, ['shared-by-name.interlinear', bundle]), {
    timeout: 20_000,
    encoding: 'utf8',
  });
  expect(second.status, second.stderr).toBe(0);
  const workspace = new WorkspacePage(first.page);
  await expect(workspace.row(1)).toContainText('recorded');
  await expect(workspace.messages).toContainText('There is no trace at');
  expect(await first.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isMinimized()))).toEqual(
    [false],
  );
  expect(existsSync(bundle)).toBe(true);
});
