import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startVirtualDisplay, withDisplay } from '../bootstrap/display.mjs';
import { ofRunner } from './outcome.mjs';
import { runTool } from './tool.mjs';

/** Counts in Playwright's JSON report; errors outside of any test (a spec that does not load) count as failures. */
export function countPlaywright({ stats, errors }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}

function readReport(file) {
  try {
    return countPlaywright(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Always on a display of our own, also where there is a screen: windows that pop up would take the keyboard from its user. */
export const e2e = {
  name: 'e2e',
  proves: 'the whole app, driven by Playwright in real Electron',
  window: true,
  needsBuild: true,
  async run({ environment }) {
    const folder = mkdtempSync(join(tmpdir(), 'interlinear-e2e-'));
    const file = join(folder, 'report.json');
    const screen = process.platform === 'linux' ? await startVirtualDisplay() : undefined;
    try {
      const env = { ...(screen ? withDisplay(screen.display, environment) : environment), INTERLINEAR_E2E_REPORT: file };
      const { code } = await runTool('@playwright/test', ['test'], { command: 'playwright', env });
      return ofRunner(code, readReport(file));
    } finally {
      screen?.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
