import { expect, type InterlinearApp, test } from './app';
import { cutTexts } from './cut-texts';
import { takePicture } from './pictures';
import { WorkspacePage } from './workspace-page';

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const;

async function picture(app: InterlinearApp, name: string): Promise<void> {
  await app.waitForIdle();
  await expect(app.page.getByText('Computing the basis…')).toBeHidden();
  await app.waitForIdle();
  await takePicture(app, name);
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

test('a text that ends in the middle of a letter is found', async ({ app }) => {
  expect(await cutTexts(app.page)).toEqual([]);
  await app.page.getByRole('tab', { name: 'Candidates' }).evaluate((tab) => {
    Object.assign(tab.style, { width: '30px', overflow: 'hidden' });
  });
  expect(await cutTexts(app.page)).toEqual([expect.stringMatching(/^“Candidates” in /)]);
  await app.page.getByRole('tab', { name: 'Candidates' }).evaluate((tab) => {
    tab.style.textOverflow = 'ellipsis';
  });
  expect(await cutTexts(app.page)).toEqual([]);
});
