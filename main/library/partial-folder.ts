import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../models/model-file';

/** `<id>.partial-<process>-<random>` */
const partialName = /^.+\.partial-(?<process>\d+)-[0-9a-f]+$/u;

/** Folders this process is at work in; a name with our process id that is not here is from an earlier process with that id. */
const ours = new Set<string>();

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Deletes what imports of processes that have ended left in a folder. */
export async function removeLeftovers(parent: string): Promise<void> {
  const names = await readdir(parent).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names) {
    const pid = partialName.exec(name)?.groups?.['process'];
    if (pid === undefined) continue;
    const path = join(parent, name);
    const owned = Number(pid) === process.pid ? ours.has(path) : isAlive(Number(pid));
    if (!owned) await rm(path, { recursive: true, force: true });
  }
}

/** Where it has such a thing, the system is made to write a folder's entries; Windows does so by itself. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A folder being made beside its place: nobody sees it until `finish`, and then whole. */
export class PartialFolder {
  readonly path: string;
  readonly #parent: string;

  private constructor(parent: string, path: string) {
    this.#parent = parent;
    this.path = path;
  }

  static async create(parent: string, id: string): Promise<PartialFolder> {
    await mkdir(parent, { recursive: true });
    const partial = new PartialFolder(parent, join(parent, `${id}.partial-${process.pid}-${randomBytes(6).toString('hex')}`));
    ours.add(partial.path);
    await mkdir(partial.path);
    return partial;
  }

  /** Forces every file to the disk and gives the folder its name. @throws NodeJS.ErrnoException when the name is taken */
  async finish(name: string): Promise<void> {
    for (const file of await readdir(this.path)) {
      const handle = await open(join(this.path, file), 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
    await syncFolder(this.path);
    await rename(this.path, join(this.#parent, name));
    await syncFolder(this.#parent);
    ours.delete(this.path);
  }

  async discard(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    ours.delete(this.path);
  }
}
