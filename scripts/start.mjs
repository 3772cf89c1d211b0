/**
 * `npm start`: opens the window. Without a screen it runs the default prompt on a virtual one instead, prints what came
 * out as a table, and leaves the trace and a screenshot.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasDisplay, startVirtualDisplay, withDisplay } from './bootstrap/display.mjs';
import { sandboxSwitches } from './bootstrap/electron-runtime.mjs';
import { projectFolder } from './bootstrap/folders.mjs';
import { launch } from './bootstrap/launch.mjs';
import { runProgram, say } from './bootstrap/say.mjs';
import { setUp } from './bootstrap/set-up.mjs';

async function openWindow() {
  const { electron, environment } = await setUp({ window: true });
  return launch(electron.path, [...sandboxSwitches(), projectFolder, ...process.argv.slice(2)], { env: environment });
}

async function runDemo() {
  const { electron, environment } = await setUp({ window: true, virtualDisplay: true });
  const folder = join(projectFolder, 'out', 'demo');
  mkdirSync(folder, { recursive: true });
  say('There is no display, so the default prompt runs in a virtual one…');
  const { display, stop } = await startVirtualDisplay();
  try {
    // Chromium's own messages (no bus, no GPU) mean nothing on a virtual display; the shell's errors still come through.
    const switches = [...sandboxSwitches(), '--log-level=3'];
    return await launch(electron.path, [...switches, projectFolder, `--demo=${folder}`, ...process.argv.slice(2)], {
      env: withDisplay(display, environment),
    });
  } finally {
    stop();
  }
}

await runProgram(hasDisplay() ? openWindow : runDemo);
