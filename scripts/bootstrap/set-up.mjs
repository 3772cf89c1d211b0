import { ensureBuild } from './build.mjs';
import { electronEnvironment, findElectron } from './electron-runtime.mjs';
import { requireNode } from './node-version.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureSystemLibraries } from './system-libraries.mjs';

/**
 * Everything a program of ours needs, each step skipped when it is already there. The order matters: unpacking Electron
 * and building use packages.
 * @param {{ window: boolean, virtualDisplay?: boolean, build?: boolean }} needs whether Electron will be started, and on what
 * @returns the environment to start programs in, and the Electron where one is needed
 */
export async function setUp({ window, virtualDisplay = false, build = true }) {
  requireNode();
  await ensurePackages();
  let electron;
  if (window) {
    await ensureSystemLibraries({ virtualDisplay });
    electron = await findElectron();
  }
  if (build) await ensureBuild();
  return { electron, environment: electron ? electronEnvironment(electron) : process.env };
}
