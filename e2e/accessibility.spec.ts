import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './app';
import { WorkspacePage } from './workspace-page';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`nothing for axe to find, ${colorScheme}`, async ({ app }) => {
    const { page } = app;
    await page.emulateMedia({ colorScheme });
    const workspace = new WorkspacePage(page);
    // Legacy mode: the newer one opens a second page to collect its findings, which Electron has no place for.
    const violations = async (): Promise<string[]> => {
      const { violations: found } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      return found.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.html.slice(0, 200)}`));
    };
    expect(await violations(), 'before the first run').toEqual([]);
    await workspace.run.click();
    await expect(workspace.row(1)).toContainText('done');
    await workspace.steps('Continuous thought').nth(1).click();
    for (const name of ['Layers', 'Branches', 'Trajectory', 'Cost', 'Step', 'Candidates']) {
      await page.getByRole('tab', { name }).click();
      await app.waitForIdle();
      expect(await violations(), name).toEqual([]);
    }
    await app.menu('keys');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
    expect(await violations(), 'keys').toEqual([]);
  });
}
