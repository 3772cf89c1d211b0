import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { electronExecutable, expect, test } from './app';
import { pictures } from './pictures';
import { WorkspacePage } from './workspace-page';

const picker = (page: Page) => page.getByRole('button', { name: /^Device: / });
const entry = (page: Page, name: string) => page.getByRole('menuitem', { name: new RegExp(`^(selected )?${name}\\b`) });

test('a device that does not start leaves the run to the CPU: the window and the trace say why', async ({ launch, folder }) => {
  test.skip(process.platform !== 'linux', 'Where the system has a WebGPU of its own it starts.');
  const userData = join(folder, 'user-data');
  const app = await launch({ userData, environment: { VK_ICD_FILENAMES: join(folder, 'no-driver.json') } });
  await app.waitForIdle();
  const { page } = app;
  await expect(picker(page)).toHaveAccessibleName('Device: Auto: CPU');
  await picker(page).click();
  // Said once: the name stands above it.
  await expect(entry(page, 'WebGPU')).toHaveText(/^WebGPUDid not start: (?!.*did not start)/);
  await expect(entry(page, 'Auto')).toContainText('CPU: the model has not been checked on any device yet');
  await expect(entry(page, 'CPU')).toContainText('Not checked yet');
  await pictures(app, 'devices');
  await expect(entry(page, 'DirectML')).toHaveAttribute('aria-disabled', 'true');
  await entry(page, 'WebGPU').click();
  await expect(picker(page)).toHaveAccessibleName('Device: WebGPU');
  const workspace = new WorkspacePage(page);
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done');
  const why = /^Runs on CPU\. WebGPU did not start: .+/;
  await expect(workspace.row(1).getByRole('note')).toHaveText(why);
  await expect(page.getByRole('status', { name: 'Status' })).toContainText('CPU, 1 thread');
  await app.waitForIdle();
  const session = JSON.parse(readFileSync(join(userData, 'workspace.json'), 'utf8')) as { traces: string[] };
  const manifest = readFileSync(join(userData, 'runs', session.traces[0] ?? '', 'manifest.json'), 'utf8');
  const { info } = JSON.parse(manifest) as { info: { device: string; deviceNote: string; request: { device: string } } };
  expect(info).toMatchObject({ request: { device: 'webgpu' }, device: 'cpu' });
  expect(info.deviceNote).toMatch(why);
});

test('a device is checked with a model and passes, and auto comes to the faster one', async ({ launch }) => {
  test.skip(process.platform !== 'linux', 'The software that computes WebGPU comes with Electron for Linux.');
  const electron = dirname(electronExecutable());
  const app = await launch({ environment: { VK_ICD_FILENAMES: join(electron, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: electron } });
  await app.waitForIdle();
  const { page } = app;
  await picker(page).click();
  await expect(entry(page, 'WebGPU')).toContainText('Not checked yet');
  // Stopped in the status bar, with Escape and in the menu, it leaves what was known.
  const stopping = page.getByRole('status', { name: 'Status' }).getByRole('button', { name: 'Stop checking kin-2L on WebGPU' });
  for (const stop of ['button', 'key', 'menu'] as const) {
    await entry(page, 'Check WebGPU').click();
    await expect(stopping).toBeVisible();
    if (stop === 'button') await stopping.click();
    if (stop === 'key') await page.keyboard.press('Escape');
    if (stop === 'menu') {
      await picker(page).click();
      await entry(page, 'Stop checking WebGPU').click();
    }
    await app.waitForIdle();
    await expect(stopping).toHaveCount(0);
    await picker(page).click();
    await expect(entry(page, 'WebGPU')).toContainText('Not checked yet');
  }
  await entry(page, 'Check WebGPU').click();
  await app.waitForIdle();
  // Drawn in software it may be slower than the CPU or, on a machine of many cores, faster.
  await expect(picker(page)).toHaveAccessibleName(/^Device: Auto: (CPU|WebGPU)$/);
  await picker(page).click();
  await expect(entry(page, 'WebGPU')).toContainText(/Passed: .*times the CPU’s\./);
  await expect(entry(page, 'Auto')).toContainText(
    /^(selected )?Auto(CPU: [\d.]+ times faster than WebGPU|WebGPU: [\d.]+ times faster than the CPU) here\./,
  );
  await pictures(app, 'devices-checked');
  await entry(page, 'WebGPU').click();
  const workspace = new WorkspacePage(page);
  await workspace.run.click();
  await expect(workspace.row(1)).toContainText('done', { timeout: 60_000 });
  await expect(page.getByRole('status', { name: 'Status' })).toContainText('WebGPU, 1 thread');
  await expect(workspace.row(1).getByRole('note')).toHaveCount(0);
  await page.keyboard.press('m');
  const kin = page.getByRole('dialog', { name: 'Model library' }).getByRole('listitem').filter({ hasText: 'kin-2L' });
  await expect(kin).toContainText('WebGPU');
  await kin.getByRole('button', { name: 'Check kin-2L on WebGPU' }).click();
  await app.waitForIdle();
  await expect(kin.getByLabel('passed')).toHaveCount(1);
});
