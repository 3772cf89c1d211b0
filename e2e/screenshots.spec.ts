import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type InterlinearApp, test } from './app';
import { picturesFolder } from './pictures';
import { WorkspacePage } from './workspace-page';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const;

async function picture(app: InterlinearApp, name: string): Promise<void> {
  await app.waitForIdle();
  await expect(app.page.getByText('Computing the basis…')).toBeHidden();
  await app.waitForIdle();
  mkdirSync(picturesFolder, { recursive: true });
  const path = join(picturesFolder, `${name}.png`);
  const bytes = await app.page.screenshot({ path });
  expect(bytes.byteLength).toBeGreaterThan(10_000);
}

for (const { width, height } of sizes) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`screens at ${width}×${height}, ${colorScheme}`, async ({ app }) => {
      const { page } = app;
      const name = (screen: string): string => `${screen}-${colorScheme}-${width}`;
      await page.emulateMedia({ colorScheme });
      await app.electron.evaluate(
        ({ BrowserWindow }, [w, h]) => {
          BrowserWindow.getAllWindows()[0]?.setContentSize(w, h);
        },
        [width, height] as const,
      );
      const workspace = new WorkspacePage(page);
      await picture(app, name('empty'));
      await workspace.run.click();
      await expect(workspace.row(1)).toContainText('done');
      await workspace.steps('Continuous thought').nth(2).click();
      await picture(app, name('run'));
      for (const tab of ['Branches', 'Cost', 'Step', 'Trajectory']) {
        await page.getByRole('tab', { name: tab }).click();
        await picture(app, name(tab.toLowerCase()));
      }
      await page.getByRole('tab', { name: 'Candidates' }).click();
      await page.getByRole('button', { name: 'Pin run 1' }).click();
      await workspace.prompt.fill('ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada');
      await app.waitForIdle();
      await workspace.run.click();
      await expect(workspace.row(2)).toContainText('done');
      await picture(app, name('rows'));
      await workspace.prompt.fill('ada→bob bob→xavier tom→eli ? cy or sue');
      await picture(app, name('problems'));
      await app.menu('palette');
      await expect(page.getByRole('dialog', { name: 'All actions' }).getByRole('combobox')).toBeFocused();
      await picture(app, name('palette'));
      await page.keyboard.press('Escape');
      await app.menu('models');
      await expect(page.getByRole('dialog', { name: 'Model library' }).getByText('built in')).toBeVisible();
      await picture(app, name('library'));
    });
  }
}
