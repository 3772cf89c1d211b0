/** `npm run -s interlinear -- …`: the command line. Set-up speaks on stderr; stdout is the program's own. */
import { join } from 'node:path';
import { projectFolder } from './bootstrap/folders.mjs';
import { launch } from './bootstrap/launch.mjs';
import { runProgram } from './bootstrap/say.mjs';
import { setUp } from './bootstrap/set-up.mjs';

await runProgram(async () => {
  const { environment } = await setUp({ window: false });
  return launch(process.execPath, [join(projectFolder, 'out', 'main', 'cli.js'), ...process.argv.slice(2)], { env: environment });
});
