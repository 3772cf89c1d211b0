import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { _electron, type ElectronApplication } from '@playwright/test';

/** A start takes one to three seconds; on a busy machine ten. */
const startMilliseconds = 40_000;

/**
 * Starts Electron under Playwright. Once in some three hundred starts on a busy machine Playwright waits for good for a connection to the new process, before
 * anything of ours runs; its own limit does not end that. Such a start is said, ended, and made once more. Nothing a test does is repeated.
 */
export async function startElectron(
  options: Parameters<typeof _electron.launch>[0] & object,
  userData: string,
): Promise<ElectronApplication> {
  const launching = _electron.launch(options);
  const started = await Promise.race([launching, setTimeout(startMilliseconds, null, { ref: false })]);
  if (started) return started;
  console.warn(`Electron gave no connection within ${startMilliseconds / 1000} s. It is ended and started once more.`);
  launching.catch(() => undefined);
  endProcessesNaming(userData);
  return _electron.launch(options);
}

/** Ends the processes that were started with this folder. Only Linux tells in `/proc`; elsewhere the hung start stays until the test ends. */
function endProcessesNaming(userData: string): void {
  if (process.platform !== 'linux') return;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/u.test(entry)) continue;
    try {
      if (readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`--user-data-dir=${userData}\0`)) process.kill(Number(entry), 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}
