import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { LaneSettingsInput } from '../main/contract/lanes';
import type { Locator, Page } from '@playwright/test';
import { expect, type InterlinearApp, type LaunchOptions, test } from './app';
import { writeHeavyModel } from './heavy-model';
import { pictures } from './pictures';
import { leaveWorkspace } from './session-files';
import { slowDown } from './slow-process';
import { writeSmallModel } from './small-model';
import { WorkspacePage } from './workspace-page';

const libraryOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Model library' });

/** Adds models from folders, as 32-bit floats. */
async function addModels(app: InterlinearApp, folders: readonly string[]): Promise<void> {
  const library = libraryOf(app.page);
  const jobs = library.getByRole('region', { name: 'Imports' }).getByRole('listitem');
  await app.page.keyboard.press('m');
  await library.getByRole('combobox', { name: 'Weights as' }).click();
  await app.page.getByRole('option', { name: /^f32/ }).click();
  for (const [place, folder] of folders.entries()) {
    await app.answerDialogs(folder);
    await library.getByRole('button', { name: 'Folder…' }).click();
    await expect(jobs.filter({ hasText: 'is in the library' })).toHaveCount(place + 1, { timeout: 60_000 });
  }
  await app.page.keyboard.press('Escape');
  await expect(library).toBeHidden();
}

async function chooseModel(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Model: / }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${name}`) }).click();
  await expect(page.getByRole('button', { name: `Model: ${name}` })).toBeVisible();
}

async function enginePid(app: InterlinearApp): Promise<number> {
  await expect(async () => {
    expect(await app.enginePid()).not.toBeNull();
  }).toPass();
  return (await app.enginePid()) ?? 0;
}

/** The app with short lanes: what they write is not the point. */
async function launchWith(
  launch: (options: LaunchOptions) => Promise<InterlinearApp>,
  folder: string,
  lanes: readonly LaneSettingsInput[] = [
    { kind: 'direct', maximumSteps: 12 },
    { kind: 'cot', temperature: 1, maximumSteps: 12 },
  ],
): Promise<InterlinearApp> {
  const userData = join(folder, 'user-data');
  leaveWorkspace(userData, { lanes });
  const app = await launch({ userData });
  await app.waitForIdle();
  return app;
}

test('a load shows how far it is and can be stopped: no run, no error, another engine, and what was on screen still there', async ({
  launch,
  folder,
}) => {
  test.skip(process.platform === 'win32', 'A process is slowed down by signals.');
  test.setTimeout(120_000);
  const app = await launchWith(launch, folder);
  const { page } = app;
  const workspace = new WorkspacePage(page);
  await addModels(app, [writeHeavyModel(folder, 'heavy-one', 1)]);
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  await app.waitForIdle();
  const steps = await workspace.steps('Direct').count();
  await page.getByRole('button', { name: 'Pin run 1' }).click();

  await chooseModel(page, 'heavy-one');
  await workspace.prompt.fill('why is the sky blue');
  await app.waitForIdle();
  const before = await enginePid(app);
  const loading = page.getByRole('group', { name: 'Loading the model' });
  const engine = slowDown(before);
  try {
    await workspace.run.click();
    await expect(loading).toContainText(/weights checked [\d.]+ MB of 37\.8 MB/);
    engine.hold();
    const share = Number(await loading.getByRole('progressbar').getAttribute('value'));
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    await pictures(app, 'loading', () => Promise.resolve());
    // An engine that hears nothing is ended all the same.
    await page.keyboard.press('Escape');
    await expect(loading).toBeHidden();
  } finally {
    engine.release();
  }
  await app.waitForIdle();
  expect(await enginePid(app)).not.toBe(before);
  await expect(workspace.row(2)).toHaveCount(0);
  await expect(workspace.messages.getByRole('alert')).toHaveCount(0);
  await expect(workspace.row(1)).toContainText('done');
  await expect(workspace.steps('Direct')).toHaveCount(steps);
  // What is asked of the run on screen is answered by the engine that took the other's place.
  await page.getByRole('tab', { name: 'Attention' }).click();
  await expect(page.getByRole('region', { name: 'Where it looks' }).getByRole('listitem')).not.toHaveCount(0);

  await workspace.run.click();
  await expect(workspace.row(2)).toContainText('done', { timeout: 60_000 });
  await app.waitForIdle();
});

test('another model gets an engine of its own; the run of the one before stays on screen and can be read', async ({ launch, folder }) => {
  test.setTimeout(120_000);
  const app = await launchWith(launch, folder);
  const { page } = app;
  const workspace = new WorkspacePage(page);
  await addModels(app, [writeHeavyModel(folder, 'heavy-one', 1), writeHeavyModel(folder, 'heavy-two', 1000)]);
  await chooseModel(page, 'heavy-one');
  await workspace.prompt.fill('why is the sky blue');
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done', { timeout: 60_000 });
  await app.waitForIdle();
  const before = await enginePid(app);
  const texts = await workspace.steps('Direct').allInnerTexts();
  expect(texts.length).toBeGreaterThan(2);

  await page.getByRole('button', { name: 'Pin run 1' }).click();
  await chooseModel(page, 'heavy-two');
  await expect(page.getByRole('list', { name: 'What the models of the next run cannot do' })).toContainText(/^heavy-two Its answers/);
  await workspace.prompt.fill('why is the sky blue');
  await workspace.run.click();
  await expect(workspace.row(2)).toContainText('done', { timeout: 60_000 });
  await app.waitForIdle();
  const after = await enginePid(app);
  expect(after).not.toBe(before);
  // The process before is gone: nobody can be sent a signal.
  expect(() => process.kill(before, 0)).toThrow();
  await expect(workspace.row(1)).toContainText('heavy-one');
  await expect(page.getByRole('button', { name: 'Model: heavy-two' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'What the models of the next run cannot do' })).toHaveCount(0);
  await expect(workspace.messages.getByRole('alert')).toHaveCount(0);

  // Steps, hidden states and attention of the first run: from its trace, and by its own model, loaded once more beside the second's.
  const steps = page.getByRole('listbox', { name: 'Steps of Direct' }).first().getByRole('option');
  await expect(steps).toHaveCount(texts.length);
  expect(await steps.allInnerTexts()).toEqual(texts);
  await steps.nth(2).click();
  await expect(page.getByText(/^1 · Direct: step 3 of/)).toBeVisible();
  await page.getByRole('tab', { name: 'Trajectory' }).click();
  await expect(page.getByText(/^PC1 \d+ %/).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Attention' }).click();
  await expect(page.getByRole('region', { name: 'Where it looks' }).getByRole('listitem')).not.toHaveCount(0, { timeout: 30_000 });
  expect(await enginePid(app)).toBe(after);
});

test('a model that needs more than is free is warned of wherever it can be chosen', async ({ launch, folder }) => {
  test.skip(process.platform === 'win32', 'A file of a terabyte with nothing in it takes a terabyte there.');
  const app = await launchWith(launch, folder);
  await addModels(app, [writeSmallModel(folder)]);
  await app.close();
  // What a model of a terabyte would be in the library.
  const models = join(app.userData, 'models');
  const [id] = readdirSync(models).filter((name) => name.startsWith('small-random-llama'));
  const manifest = join(models, id ?? '', 'interlinear.json');
  const written = JSON.parse(readFileSync(manifest, 'utf8')) as { files: Record<string, { bytes: number }> };
  const weights = written.files['weights.safetensors'];
  if (weights === undefined) throw new Error('The model has no weights');
  weights.bytes = 1e12;
  writeFileSync(manifest, JSON.stringify(written));
  truncateSync(join(models, id ?? '', 'weights.safetensors'), weights.bytes);

  const again = await launch({ userData: app.userData });
  await again.waitForIdle();
  const { page } = again;
  await page.getByRole('button', { name: /^Model: / }).click();
  const entry = page.getByRole('menuitem', { name: /^small-random-llama/ });
  await expect(entry).toContainText(/more than is free: [\d.]+ [MG]B of [\d.]+ [MG]B/);
  await expect(page.getByRole('menuitem', { name: /kin-2L/ })).not.toContainText('more than is free');
  await pictures(again, 'memory-picker');
  await entry.click();
  await page.keyboard.press('m');
  const row = libraryOf(page).getByRole('region', { name: 'Installed' }).getByRole('listitem').filter({ hasText: 'small-random-llama' });
  await expect(row).toContainText(/Needs more than is free/);
  await pictures(again, 'memory-library');
  await page.keyboard.press('Escape');
  const workspace = new WorkspacePage(page);
  await workspace.prompt.fill('why is the sky blue');
  await expect(workspace.problems).toContainText(/This run may need 1000 GB of memory; [\d.]+ [MG]B of [\d.]+ [MG]B are free/);
});

test('a run that may need more than is free is begun only on a word', async ({ launch, folder }) => {
  // Chains so many and so long that their keys and values would not fit into this machine.
  const bytesOfLane = 64 * 99_000 * 6144;
  const lanes = Array.from({ length: Math.min(12, Math.ceil((1.2 * totalmem()) / bytesOfLane)) }, (): LaneSettingsInput => ({
    kind: 'best-of-n',
    n: 64,
    maximumSteps: 100_000,
  }));
  const app = await launchWith(launch, folder, lanes);
  const { page } = app;
  const workspace = new WorkspacePage(page);
  await addModels(app, [writeHeavyModel(folder, 'heavy-one', 1, 1_000_000)]);
  await chooseModel(page, 'heavy-one');
  await workspace.prompt.fill('why is the sky blue');
  await expect(workspace.problems).toContainText(/This run may need [\d.]+ GB of memory; [\d.]+ [MG]B of [\d.]+ GB are free/);
  await app.waitForIdle();
  const doubt = page.getByRole('alertdialog', { name: 'Too little memory' });
  await workspace.run.click();
  await expect(doubt).toContainText(/This run may need [\d.]+ GB; /);
  await expect(doubt.getByRole('button', { name: 'Run anyway' })).toBeFocused();
  await pictures(app, 'memory-doubt');
  await page.keyboard.press('Escape');
  await expect(doubt).toBeHidden();
  await expect(workspace.row(1)).toHaveCount(0);
  await workspace.run.click();
  await expect(doubt).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(workspace.row(1)).toContainText('running', { timeout: 60_000 });
  await page.keyboard.press('Escape');
  await expect(workspace.row(1)).toContainText('stopped', { timeout: 60_000 });
  await app.waitForIdle();
});
