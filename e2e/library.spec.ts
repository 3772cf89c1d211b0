import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app';
import { writeSmallGguf } from './small-gguf';
import { writeSmallModel } from './small-model';
import { WorkspacePage } from './workspace-page';

const libraryOf = (page: Page): Locator => page.getByRole('dialog', { name: 'Model library' });

test('the library opens by key, menu, palette and picker, and closes with Escape', async ({ app }) => {
  const { page } = app;
  const library = libraryOf(page);
  const close = async (): Promise<void> => {
    await expect(library).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(library).toBeHidden();
  };
  await page.keyboard.press('m');
  await expect(library.getByRole('textbox', { name: 'From the hub' })).toBeFocused();
  await close();
  await app.menu('models');
  await close();
  await app.menu('palette');
  await page.getByRole('dialog', { name: 'All actions' }).getByRole('combobox').fill('model library');
  await page.keyboard.press('Enter');
  await close();
  await page.getByRole('button', { name: 'Model: kin-2L' }).click();
  await page.getByRole('menuitem', { name: 'Model library…' }).click();
  await close();
  // A letter typed into the prompt is a letter.
  await new WorkspacePage(page).prompt.fill('');
  await page.keyboard.press('m');
  await expect(library).toBeHidden();
  await expect(new WorkspacePage(page).prompt).toHaveValue('m');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`what ships with the app is listed and cannot be removed; nothing for axe to find, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    await page.keyboard.press('m');
    const library = libraryOf(page);
    const kin = library.getByRole('listitem').filter({ hasText: 'kin-2L' });
    await expect(kin).toContainText('built in');
    await expect(kin).toContainText('in use');
    await expect(kin).toContainText('MIT');
    await expect(kin.getByRole('button', { name: /Remove|Verify/ })).toHaveCount(0);
    await app.waitForIdle();
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
    expect(violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`))).toEqual([]);
  });
}

test('a file that is no model is refused with the reason, and nothing is added', async ({ app, folder }) => {
  const nonsense = join(folder, 'nonsense.gguf');
  writeFileSync(nonsense, 'not a model at all');
  await app.page.keyboard.press('m');
  const library = libraryOf(app.page);
  // A user who cancels the dialog has changed nothing.
  await app.answerDialogs(null);
  await library.getByRole('button', { name: 'Folder…' }).click();
  await app.waitForIdle();
  await expect(library.getByRole('alert')).toHaveCount(0);
  await app.answerDialogs(nonsense);
  await library.getByRole('button', { name: 'GGUF file…' }).click();
  await expect(library.getByRole('alert')).toHaveText(/\w+/);
  await app.waitForIdle();
  await expect(library.getByRole('heading', { name: 'Installed 1' })).toBeVisible();
});

test('what is no hub id is said to be none before anything is asked of the hub', async ({ app }) => {
  await app.page.keyboard.press('m');
  const library = libraryOf(app.page);
  const field = library.getByRole('textbox', { name: 'From the hub' });
  await field.fill('not a model');
  await field.press('Enter');
  await expect(library.getByRole('alert')).toContainText('named by its owner and its name');
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await field.fill('owner/name');
  await expect(library.getByRole('alert')).toHaveCount(0);
});

test('a model is added from a folder, asked as a chat, verified, removed and brought back; each model keeps its prompt', async ({
  app,
  folder,
}) => {
  const { page } = app;
  const workspace = new WorkspacePage(page);
  const library = libraryOf(page);
  const kinPrompt = await workspace.prompt.inputValue();
  await page.keyboard.press('m');
  await app.answerDialogs(writeSmallModel(folder));
  await library.getByRole('button', { name: 'Folder…' }).click();
  const job = library.getByRole('region', { name: 'Imports' }).getByRole('listitem');
  await expect(job).toContainText('is in the library');
  await job.getByRole('button', { name: /^Use / }).click();
  await expect(library).toBeHidden();

  await expect(page.getByRole('button', { name: /^Model: small-random-llama/ })).toBeVisible();
  await workspace.prompt.fill('why is the sky blue');
  await page.getByRole('textbox', { name: 'System prompt' }).fill('the sea is red');
  await page.getByRole('button', { name: /tokens of/ }).click();
  const tokens = page.getByRole('list', { name: 'Tokens of the prompt' }).getByRole('listitem');
  await expect(tokens.filter({ hasText: '<|im_start|>' })).toHaveCount(3);
  await expect(tokens.filter({ hasText: 'sky' })).toHaveCount(1);
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  await expect(workspace.steps('Direct').first()).toBeVisible();
  await app.waitForIdle();

  await page.getByRole('tab', { name: 'Candidates' }).focus();
  await page.keyboard.press('m');
  const small = library.getByRole('region', { name: 'Installed' }).getByRole('listitem').filter({ hasText: 'small-random-llama' });
  await small.getByRole('button', { name: /^Verify/ }).click();
  await expect(small).toContainText('Every file is as it was imported');
  await small.getByRole('button', { name: /^Remove/ }).click();
  const undo = library.getByRole('button', { name: /^Bring back/ });
  await expect(undo).toBeVisible();
  // The model that was chosen is gone, so another is; its prompt is the one it had.
  await undo.click();
  await expect(small.getByRole('button', { name: /^Use/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(workspace.prompt).toHaveValue(kinPrompt);
  await page.getByRole('button', { name: 'Model: kin-2L' }).click();
  await page.getByRole('menuitem', { name: /^small-random-llama/ }).click();
  await expect(workspace.prompt).toHaveValue('why is the sky blue');
  await expect(page.getByRole('textbox', { name: 'System prompt' })).toHaveValue('the sea is red');
});

/** Lets go of a file over the window, as the system hands it over: one that has a path. */
async function drop(page: Page, file: string): Promise<void> {
  await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'source' }));
  });
  await page.locator('#source').setInputFiles(file);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#source');
    const [chosen] = input?.files ?? [];
    const dataTransfer = new DataTransfer();
    if (chosen !== undefined) dataTransfer.items.add(chosen);
    document.querySelector('main')?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    input?.remove();
  });
}

test('a model file dropped on the window opens the library and is imported, or says why it cannot be', async ({ app, folder }) => {
  const { page } = app;
  const jobs = libraryOf(page).getByRole('region', { name: 'Imports' }).getByRole('listitem');
  const damaged = join(folder, 'dropped.gguf');
  writeFileSync(damaged, 'GGUF, but cut off');
  await drop(page, damaged);
  const failed = jobs.filter({ hasText: 'dropped.gguf' });
  await expect(failed).toContainText('failed');
  await expect(failed.getByRole('alert')).toHaveText(/\w+/);
  await expect(failed.getByRole('button', { name: /again/ })).toBeVisible();

  const whole = join(folder, 'whole.gguf');
  writeSmallGguf(whole);
  await drop(page, whole);
  await expect(jobs.filter({ hasText: 'whole.gguf' })).toContainText('is in the library');
  await expect(libraryOf(page).getByRole('heading', { name: 'Installed 2' })).toBeVisible();
});
