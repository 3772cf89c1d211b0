import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './app';
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
  await expect(library.getByRole('region', { name: 'Installed' }).getByRole('listitem')).toHaveCount(1);
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
