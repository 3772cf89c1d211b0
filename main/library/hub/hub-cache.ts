import { copyFile, link, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { getHFHubCachePath, getRepoFolderName } from '@huggingface/hub';
import { isMissing } from '../../models/model-file';
import type { HubFile } from './hub-repository';

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/u.test(revision);
}

/**
 * One repository in the cache all programs of Hugging Face share: `blobs/` by hash, `refs/` with the commit of a branch or tag,
 * `snapshots/<commit>/` with links to blobs. Names come checked from `hub-repository.ts`.
 */
export class HubCache {
  readonly #folder: string;

  constructor(repository: string) {
    this.#folder = join(getHFHubCachePath(), getRepoFolderName({ name: repository, type: 'model' }));
  }

  blob(hash: string): string {
    return join(this.#folder, 'blobs', hash);
  }

  snapshot(commit: string): string {
    return join(this.#folder, 'snapshots', commit);
  }

  /** The commit a revision stood for when it was last asked for, or null. */
  async commitOf(revision: string): Promise<string | null> {
    try {
      const commit = (await readFile(join(this.#folder, 'refs', revision), 'utf8')).trim();
      return isCommit(commit) ? commit : null;
    } catch {
      return null;
    }
  }

  /** Files of a snapshot whose blobs are there; their sizes and hashes are not looked at. */
  async files(commit: string): Promise<HubFile[]> {
    const folder = this.snapshot(commit);
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const found = await Promise.all(names.map(async (name) => ((await isFile(join(folder, name))) ? [name.replaceAll(sep, '/')] : [])));
    return found.flat().map((path) => ({ path, bytes: 0, hash: { kind: 'git', value: '' } }));
  }

  async remember(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const path = join(this.#folder, 'refs', revision);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, commit);
  }

  async has(path: string): Promise<boolean> {
    return stat(path).then(
      () => true,
      () => false,
    );
  }

  /** Shows a blob under its name in a snapshot: by a link, or a copy where neither kind of link is allowed. */
  async show(hash: string, commit: string, name: string): Promise<void> {
    const shown = join(this.snapshot(commit), name);
    if (await this.has(shown)) return;
    await mkdir(dirname(shown), { recursive: true });
    const blob = this.blob(hash);
    try {
      await symlink(relative(dirname(shown), blob), shown);
    } catch (error) {
      if (isMissing(error)) throw error;
      await link(blob, shown).catch(async () => copyFile(blob, shown));
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
