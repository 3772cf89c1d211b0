import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './app';
import { leaveWorkspace } from './session-files';
import { WorkspacePage } from './workspace-page';

const titles = ['Direct', 'Chain of thought', 'Best of 16', 'Continuous thought'] as const;
/** Two short families: every lane answers within a few steps. */
const shortPrompt = 'ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada';

test('one prompt runs in four lanes, streams in, is recorded, and reopens with every view', async ({ app, launch, folder }) => {
  const workspace = new WorkspacePage(app.page);
  for (const title of titles) await expect(workspace.lane(title)).toBeVisible();
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  await app.waitForIdle();

  for (const title of titles) {
    await expect(workspace.lane(title)).toContainText(/right|wrong|no answer/);
    expect(await workspace.steps(title).count()).toBeGreaterThan(1);
  }
  await expect(workspace.steps('Continuous thought').nth(1)).toHaveAccessibleName(/^Step 2: thought; lens .*entropy [\d.]+ bits/);
  await expect(workspace.status).toContainText('Trace saved');
  await expect(workspace.status).toContainText('parity passed · 3 of 3');
  const live = await Promise.all(titles.map(async (title) => workspace.steps(title).allTextContents()));

  // The same run from a bundle alone, in an app whose engine has no model at all.
  const runs = join(app.userData, 'runs');
  const [bundle = ''] = readdirSync(runs);
  const elsewhere = join(folder, 'moved.interlinear');
  cpSync(join(runs, bundle), elsewhere, { recursive: true });
  const reopened = await launch({ arguments: [elsewhere, `--resources=${join(folder, 'nothing')}`] });
  reopened.tolerate(/presets|models/);
  const recorded = new WorkspacePage(reopened.page);
  await expect(recorded.row(1)).toContainText('recorded');
  await reopened.waitForIdle();
  expect(await Promise.all(titles.map(async (title) => recorded.steps(title).allTextContents()))).toEqual(live);
  for (const name of ['Layers', 'Branches', 'Trajectory', 'Cost', 'Step', 'Candidates']) {
    await reopened.page.getByRole('tab', { name }).click();
    await expect(reopened.page.getByRole('tabpanel').getByRole('region', { name, exact: true })).toBeVisible();
  }
});

test('the cursor is one: hovering and arrowing move it in every lane, a click pins it', async ({ app }) => {
  const workspace = new WorkspacePage(app.page);
  await workspace.prompt.fill(shortPrompt);
  await app.waitForIdle();
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  await workspace.steps('Chain of thought').nth(1).hover();
  for (const title of titles) await expect(workspace.steps(title).nth(1)).toHaveAttribute('aria-selected', 'true');
  await app.page.keyboard.press('ArrowRight');
  await expect(workspace.steps('Continuous thought').nth(2)).toHaveAttribute('aria-selected', 'true');
  await workspace.steps('Continuous thought').nth(1).click();
  await workspace.steps('Chain of thought').nth(3).hover();
  await expect(workspace.steps('Continuous thought').nth(1)).toHaveAttribute('aria-selected', 'true');
  await expect(app.page.getByRole('tabpanel').getByRole('region', { name: 'Candidates', exact: true })).toContainText('thought');
});

test('prompts are compared in rows: a pinned run stays, the next one stands under it with the differences marked', async ({ app }) => {
  const workspace = new WorkspacePage(app.page);
  await workspace.prompt.fill(shortPrompt);
  await app.waitForIdle();
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  await app.page.getByRole('button', { name: 'Pin run 1' }).click();
  await workspace.prompt.fill(shortPrompt.replace('from ada', 'from tom'));
  await app.waitForIdle();
  await workspace.run.click();
  await expect(workspace.row(2)).toContainText('done');
  await app.waitForIdle();
  await expect(workspace.row(1)).toBeVisible();
  await expect(workspace.lane('Continuous thought')).toContainText('cy');
  await expect(workspace.lane('Continuous thought')).toContainText('sue');
});

test('a candidate not taken can be: the fork runs as a run of its own', async ({ app }) => {
  const workspace = new WorkspacePage(app.page);
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  await workspace.steps('Chain of thought').nth(1).click();
  await app.waitForIdle();
  const candidates = app.page.getByRole('region', { name: 'Candidates', exact: true }).getByRole('group', { name: 'Chain of thought' });
  await candidates
    .getByRole('button', { name: /^Fork here with/ })
    .nth(1)
    .click();
  await app.waitForIdle();
  await expect(workspace.row(2)).toContainText('done');
});

test('lanes are added, configured, removed, and each change can be undone', async ({ app }) => {
  const workspace = new WorkspacePage(app.page);
  await app.page.getByRole('button', { name: 'Menu of Direct' }).click();
  await app.page.getByRole('menuitem', { name: /Remove/ }).click();
  await expect(workspace.lane('Direct')).toBeHidden();
  await app.menu('undo');
  await expect(workspace.lane('Direct')).toBeVisible();
  await app.menu('redo');
  await expect(workspace.lane('Direct')).toBeHidden();
  await app.menu('undo');
});

test('a long run can be stopped and keeps what it computed', async ({ launch, folder }) => {
  const userData = join(folder, 'long');
  leaveWorkspace(userData, { prompt: shortPrompt, lanes: [{ kind: 'cot', temperature: 1, ignoreEnd: true, maximumSteps: 20_000 }] });
  const app = await launch({ userData });
  await app.waitForIdle();
  const workspace = new WorkspacePage(app.page);
  await workspace.run.click();
  await expect(workspace.steps('Chain of thought').nth(5)).toBeVisible();
  await app.page.keyboard.press('Escape');
  await expect(workspace.row(1)).toContainText(/stopped|cancelled/i);
  expect(await workspace.steps('Chain of thought').count()).toBeGreaterThan(5);
  expect(existsSync(join(userData, 'runs'))).toBe(true);
});
