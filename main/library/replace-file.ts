import { open, rename, rm } from 'node:fs/promises';

/** Writes a file whole or not at all: beside its place, forced to the disk, renamed over the old one. @throws NodeJS.ErrnoException */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(unfinished, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
