import { copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses';
import { electronExecutable } from './app';

/**
 * A copy of the Electron under test with the fuses that a package of this app will have, as far as they can be had outside
 * a package (running from an archive only, with its checksums, needs one). Returns the executable.
 */
export async function hardenElectron(folder: string): Promise<string> {
  const original = electronExecutable();
  const copy = join(folder, 'hardened');
  mkdirSync(copy);
  for (const name of readdirSync(dirname(original))) {
    if (name !== basename(original)) symlinkSync(join(dirname(original), name), join(copy, name));
  }
  const executable = join(copy, basename(original));
  copyFileSync(original, executable);
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: false,
  });
  return executable;
}
