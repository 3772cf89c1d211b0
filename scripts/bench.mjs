/** `npm run -s bench -- …`: side-by-side measurements. Part of them are taken in the window, so Electron is set up too. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasDisplay, startVirtualDisplay, withDisplay } from './bootstrap/display.mjs';
import { projectFolder } from './bootstrap/folders.mjs';
import { launch } from './bootstrap/launch.mjs';
import { runProgram, SetUpError } from './bootstrap/say.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runProgram(async () => {
  const { environment } = await setUp({ window: true, virtualDisplay: !hasDisplay() });
  const program = join(projectFolder, 'out', 'main', 'bench.js');
  if (!existsSync(program)) throw new SetUpError('There is no bench/bench.ts in this checkout, so there is nothing to measure.');
  const screen = hasDisplay() ? undefined : await startVirtualDisplay();
  try {
    const env = screen ? withDisplay(screen.display, environment) : environment;
    return await launch(process.execPath, [program, ...process.argv.slice(2)], { env });
  } finally {
    screen?.stop();
  }
});
