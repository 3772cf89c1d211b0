import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file whole or not at all: beside its place first, forced to the disk, then renamed over the old one.
 * Synchronous, so that what a closing window hands over is safe before the app may end.
 * @throws NodeJS.ErrnoException; the old file is then untouched
 */
export function writeAtomically(path: string, data: string | Uint8Array): void {
  const unfinished = `${path}.${process.pid}.tmp`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    const file = openSync(unfinished, 'w', 0o600);
    try {
      writeFileSync(file, data);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true, recursive: true });
    throw error;
  }
}
