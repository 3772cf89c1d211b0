import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cutTexts } from './cut-texts';
import { expect, type InterlinearApp, projectFolder } from './app';

/**
 * Where pictures of the screens go, for people to judge: `out/screenshots`; with INTERLINEAR_KEEP_SCREENSHOTS=1 `docs/screenshots`, which is how those in the
 * documentation are made.
 */
const picturesFolder = join(projectFolder, process.env['INTERLINEAR_KEEP_SCREENSHOTS'] === '1' ? 'docs' : 'out', 'screenshots');

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
] as const;

/** The window as it is now. No text of it may end in the middle of a letter. */
export async function takePicture(app: InterlinearApp, name: string): Promise<void> {
  mkdirSync(picturesFolder, { recursive: true });
  const bytes = await app.page.screenshot({ path: join(picturesFolder, `${name}.png`) });
  expect(bytes.byteLength).toBeGreaterThan(10_000);
  expect.soft(await cutTexts(app.page), `texts that are cut off in ${name}`).toEqual([]);
}

/** One screen in every size and theme. @param settle waits until it is as it will stay */
export async function pictures(app: InterlinearApp, screen: string, settle: () => Promise<void> = () => app.waitForIdle()): Promise<void> {
  for (const { width, height } of sizes) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await app.page.emulateMedia({ colorScheme });
      await app.electron.evaluate(
        ({ BrowserWindow }, [w, h]) => {
          BrowserWindow.getAllWindows()[0]?.setContentSize(w, h);
        },
        [width, height] as const,
      );
      await app.page.waitForFunction(([w, h]) => innerWidth === w && innerHeight === h, [width, height] as const);
      await settle();
      await takePicture(app, `${screen}-${colorScheme}-${width}`);
    }
  }
}
