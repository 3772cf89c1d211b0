import type { Locator, Page } from '@playwright/test';
import { expect, type InterlinearApp, test } from './app';
import { pictures } from './pictures';
import { writeSmallModel } from './small-model';
import { WorkspacePage } from './workspace-page';

/** Two models of the same weights, one that reads words and one that reads letters. */
async function addBoth(app: InterlinearApp, folder: string): Promise<void> {
  const library = app.page.getByRole('dialog', { name: 'Model library' });
  const jobs = library.getByRole('region', { name: 'Imports' }).getByRole('listitem');
  await app.page.keyboard.press('m');
  for (const [place, kind] of (['letters', 'words'] as const).entries()) {
    await app.answerDialogs(writeSmallModel(folder, kind));
    await library.getByRole('button', { name: 'Folder…' }).click();
    await expect(jobs.filter({ hasText: 'is in the library' })).toHaveCount(place + 1);
  }
  await jobs.filter({ hasText: 'small-random' }).getByRole('button', { name: /^Use / }).click();
  await expect(library).toBeHidden();
}

/** Takes another model for one lane. */
async function putOn(page: Page, lane: string, model: RegExp): Promise<void> {
  await page.getByRole('button', { name: `Configure ${lane}` }).click();
  const settings = page.getByRole('dialog', { name: `Settings of ${lane}` });
  await settings.getByRole('combobox', { name: /^Model/ }).click();
  await page.getByRole('option', { name: model }).click();
  await page.keyboard.press('Escape');
  await expect(settings).toBeHidden();
}

/** Takes another device for the model of one lane. */
async function putOnDevice(app: InterlinearApp, lane: string, device: RegExp): Promise<void> {
  const { page } = app;
  await page.getByRole('button', { name: `Configure ${lane}` }).click();
  const settings = page.getByRole('dialog', { name: `Settings of ${lane}` });
  const choice = settings.getByRole('combobox', { name: /^Device/ });
  await expect(choice).toHaveText('As the run');
  await choice.click();
  await page.getByRole('option', { name: device }).click();
  await pictures(app, 'lane-settings');
  await page.keyboard.press('Escape');
  await expect(settings).toBeHidden();
}

const current = (steps: Locator): Locator => steps.and(steps.page().locator('[aria-selected="true"]'));

test('lanes on two models stand side by side, aligned by their text, and say which is which', async ({ app, folder }) => {
  const { page } = app;
  const workspace = new WorkspacePage(page);
  await addBoth(app, folder);
  await workspace.prompt.fill('why is the sky blue');
  await page.getByRole('radio', { name: 'Raw text' }).check({ force: true });
  await putOn(page, 'Chain of thought', /^small-letters-llama/);
  await expect(workspace.lane('Chain of thought')).toContainText('small-letters-llama');
  await expect(workspace.lane('Direct')).toContainText('small-random-llama');
  await putOnDevice(app, 'Chain of thought', /^CPU/);
  await page.getByRole('button', { name: 'Menu of Best of 16' }).click();
  await page.getByRole('menuitem', { name: 'Remove lane' }).click();

  // What is to be said of both is said once.
  const reports = page.getByRole('list', { name: 'What the models of the next run cannot do' }).getByRole('listitem');
  await expect(reports).toHaveText([/^small-random-llama, small-letters-llama Its answers are not checked/]);
  const count = page.getByRole('button', { name: '5 · 19 tokens' });
  await count.click();
  const tokens = page.getByRole('list', { name: 'Tokens of the prompt' }).getByRole('listitem');
  await expect(tokens).toHaveText([/^why/, /^is/, /^the/, /^sky/, /^blue/]);
  await page.getByRole('combobox', { name: 'Model: small-random-llama' }).click();
  await page.getByRole('option', { name: /^small-letters-llama/ }).click();
  await expect(tokens).toHaveCount(19);
  await expect(tokens.first()).toHaveText(/^w/);
  await pictures(app, 'two-models-tokens');
  await count.click();
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done', { timeout: 60_000 });
  await app.waitForIdle();
  await expect(workspace.status).toContainText('aligned by text, tokenizers differ');
  await expect(workspace.status).toContainText('small-letters-llama');
  await workspace.status.getByRole('button', { name: /^parity/ }).click();
  const checks = page.getByRole('dialog', { name: 'Parity checks' }).getByRole('row');
  await expect(checks.filter({ hasText: 'small-letters-llama' })).toHaveCount(3);
  await expect(checks.filter({ hasText: 'small-random-llama' })).toHaveCount(3);
  await page.keyboard.press('Escape');

  // The cursor on a word stands beside the letter its place in the text falls on, not on the letter of the same number.
  await workspace.steps('Direct').nth(3).click();
  await app.waitForIdle();
  const words = await workspace.steps('Direct').allInnerTexts();
  expect(words.length).toBeGreaterThan(3);
  await expect(current(workspace.steps('Direct'))).toHaveCount(1);
  await expect(current(workspace.steps('Chain of thought'))).toHaveCount(1);
  const letter = Number(await current(workspace.steps('Chain of thought')).getAttribute('data-step'));
  expect(letter).toBeGreaterThan(3);

  await pictures(app, 'two-models');
});

test('a lane on a model that cannot read the prompt is refused with its name, and nothing is run', async ({ app, folder }) => {
  const { page } = app;
  const workspace = new WorkspacePage(page);
  await addBoth(app, folder);
  await workspace.prompt.fill('why is the sky blue');
  await putOn(page, 'Direct', /^kin-2L/);
  await workspace.run.click();
  await expect(workspace.messages).toContainText('kin-2L cannot read this prompt: “why” is not a fact.');
  await expect(workspace.row(1)).toHaveCount(0);
});
