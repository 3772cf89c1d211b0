import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectFolder } from '../bootstrap/folders.mjs';
import { oneTest } from './outcome.mjs';

export const notices = {
  name: 'notices',
  proves: 'every shipped package has a licence MIT code may be shipped with, and its notice is in the file',
  run() {
    const { status } = spawnSync(process.execPath, [join(projectFolder, 'scripts', 'write-notices.mjs'), '--check'], { stdio: 'inherit' });
    return oneTest(status === 0);
  },
};
