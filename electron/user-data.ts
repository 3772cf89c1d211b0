import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import type { ShellArguments } from './shell-arguments';

/**
 * Chooses the folder of settings and runs. A demonstration gets a fresh one of its own, so that it neither meets a window
 * that is open nor shows what was left in it. Has to come first: the single-instance lock lives in that folder.
 */
export function setupUserData({ userData, demo }: ShellArguments): void {
  if (userData !== null) {
    app.setPath('userData', userData);
  } else if (demo !== null) {
    const fresh = mkdtempSync(join(tmpdir(), 'interlinear-demo-'));
    app.setPath('userData', fresh);
    process.once('exit', () => {
      rmSync(fresh, { recursive: true, force: true });
    });
  }
}
