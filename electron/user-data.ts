import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { ShellArguments } from './shell-arguments';

/**
 * Chooses the folder of settings and runs. A demonstration gets a fresh one of its own beside what it leaves, so that it
 * neither meets a window that is open nor shows what was left in it; Chromium still writes there while the app ends, so it
 * is emptied at the next start. Has to come first: the single-instance lock lives in that folder.
 */
export function setupUserData({ userData, demo }: ShellArguments): void {
  if (userData !== null) {
    app.setPath('userData', userData);
  } else if (demo !== null) {
    const fresh = join(demo, '.interlinear-demo');
    rmSync(fresh, { recursive: true, force: true });
    app.setPath('userData', fresh);
  }
}
