import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './folders.mjs';
import { runCommand } from './run-command.mjs';
import { say, SetUpError } from './say.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const STAMP = '.interlinear-packages.json';

/**
 * Whether what npm says it installed (its hidden lock file) is what the lock file asks for. A developer's
 * `npm install` leaves the two alike, and then nothing has to be installed again.
 * Packages for other platforms are in the lock file only; anything else that differs counts.
 */
export function sameInstalled(lock, installed) {
  if (!lock?.packages || !installed?.packages) return false;
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== '');
  const present = (path, entry) => {
    const found = installed.packages[path];
    if (!found) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  };
  return wanted.every(([path, entry]) => present(path, entry)) && Object.keys(installed.packages).every((path) => path in lock.packages);
}

/**
 * Whether the locked packages are there: npm's own record says so, and their folders exist. The record alone is not
 * enough, because an interrupted npm may have taken folders away after another had written it.
 */
function areInstalled(folder, lock) {
  const installed = readStamp(join(folder, 'node_modules', '.package-lock.json'));
  if (!sameInstalled(lock, installed)) return false;
  return Object.keys(installed.packages).every((path) => existsSync(join(folder, path, 'package.json')));
}

/** Installs the locked packages when the lock file is not the one that was installed last. */
export async function ensurePackages(folder = projectFolder) {
  const lockText = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const lock = JSON.parse(lockText);
  const hash = createHash('sha256').update(lockText).digest('hex');
  const stampFile = join(folder, 'node_modules', STAMP);
  if (readStamp(stampFile)?.lock === hash) return;

  if (!areInstalled(folder, lock)) {
    say('Installing packages from package-lock.json (npm ci), because node_modules is missing or from another lock file…');
    const started = Date.now();
    const code = await runCommand('npm', ['ci', '--loglevel=error'], { cwd: folder });
    if (code !== 0) {
      throw new SetUpError(
        `npm ci ended with exit code ${code}; its message is above. Check the network and npm's registry setting, then try again.`,
      );
    }
    if (!areInstalled(folder, lock)) {
      throw new SetUpError(
        'npm ci ended well, but packages are missing: another npm may have been at work in the same folder. Please try again.',
      );
    }
    say(`  Packages installed in ${Math.round((Date.now() - started) / 1_000)} s.`);
  }
  writeStamp(stampFile, { lock: hash });
}
