import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import { type ModelParity, trashFolder } from '../contract/library';
import { isMissing } from '../models/model-file';
import { type StoredPackage, openStoredPackage, readStoredManifest, storedFiles } from '../models/stored-package';
import { diskError } from '../traces/disk-error';
import { hashFile } from '../models/file-hash';
import { checkModelId } from './model-id';
import { replaceFile } from './replace-file';
import { PartialFolder, removeLeftovers } from './partial-folder';

/** One folder of the library: a model, or what is wrong with it. */
export type LibraryEntry =
  | { readonly id: string; readonly model: StoredPackage; readonly damage: null }
  | { readonly id: string; readonly model: null; readonly damage: string };

export interface Verification {
  readonly passed: boolean;
  /** A sentence a file that is missing or has changed. */
  readonly problems: string[];
}

const unknown = (id: string): InterlinearError =>
  new InterlinearError('unknown-model', `The model “${id}” is not in the library.`, 'interlinear models lists what is installed.');

/** Imported models, a folder each. Ids are checked before a path is made of them. */
export class ModelLibrary {
  readonly folder: string;
  /** Where the models this process removed lie. */
  readonly #removed = new Set<string>();
  #cleaned: Promise<void> | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Deletes what killed processes left behind; once, at the first use. */
  async clean(): Promise<void> {
    this.#cleaned ??= removeLeftovers(this.folder);
    // A library that may not be written to can still be read.
    await this.#cleaned.catch(() => undefined);
  }

  /** Folder of a model. @throws InterlinearError `unknown-model` for what can be no id */
  path(id: string): string {
    return join(this.folder, checkModelId(id));
  }

  async has(id: string): Promise<boolean> {
    return stat(this.path(id)).then(
      () => true,
      () => false,
    );
  }

  /** Every model in the order of ids; damaged ones with what is wrong, as far as sizes of files tell. */
  async list(): Promise<LibraryEntry[]> {
    await this.clean();
    const entries = await readdir(this.folder, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw diskError(error, 'read the models');
    });
    const ids = entries.filter((entry) => entry.isDirectory() && /^[a-z0-9][a-z0-9_-]{0,63}$/u.test(entry.name)).map(({ name }) => name);
    return Promise.all(ids.toSorted().map(async (id) => this.#look(id)));
  }

  async #look(id: string): Promise<LibraryEntry> {
    try {
      const model = await openStoredPackage(this.path(id));
      if (model.manifest.id !== id) throw new InterlinearError('bad-model', `The folder of the model “${model.manifest.id}” was renamed.`);
      for (const [name, { bytes }] of Object.entries(model.manifest.files)) {
        const found = await stat(join(model.folder, name)).catch(() => null);
        if (found === null) throw new InterlinearError('bad-model', `The file ${name} is missing.`);
        if (found.size !== bytes) throw new InterlinearError('bad-model', `The file ${name} has ${found.size} bytes instead of ${bytes}.`);
      }
      return { id, model, damage: null };
    } catch (error) {
      if (!(error instanceof InterlinearError)) throw error;
      return { id, model: null, damage: error.message };
    }
  }

  /** @throws InterlinearError `unknown-model`, `bad-model` */
  async open(id: string): Promise<StoredPackage> {
    if (!(await this.has(id))) throw unknown(id);
    return openStoredPackage(this.path(id));
  }

  /** Reads every file of a model and compares it with what was written when it was added. @throws InterlinearError `unknown-model` */
  async verify(id: string, signal?: AbortSignal): Promise<Verification> {
    const folder = this.path(id);
    if (!(await this.has(id))) throw unknown(id);
    const problems: string[] = [];
    try {
      const { files } = await readStoredManifest(folder);
      for (const [name, expected] of Object.entries(files)) {
        const found = await hashFile(join(folder, name), { ...(signal && { signal }) }).catch((error: unknown) => {
          if (signal?.aborted === true) throw error;
          return null;
        });
        if (found === null) problems.push(`${name} is missing or cannot be read.`);
        else if (found.bytes !== expected.bytes) problems.push(`${name} has ${found.bytes} bytes instead of ${expected.bytes}.`);
        else if (found.sha256 !== expected.sha256) problems.push(`${name} has changed: its SHA-256 differs.`);
      }
      if (files[storedFiles.weights] === undefined) problems.push(`${storedFiles.manifest} lists no weights.`);
    } catch (error) {
      if (!(error instanceof InterlinearError)) throw error;
      problems.push(error.message);
    }
    return { passed: problems.length === 0, problems };
  }

  /**
   * Keeps what a comparison with the reference found, in place of what was found on that device before. What was found with other
   * weights than the manifest lists is not kept.
   * @param weightsHash of the model as it was compared
   * @throws InterlinearError `unknown-model`, `bad-model`, `disk-error`
   */
  async recordParity(id: string, weightsHash: string, found: ModelParity): Promise<void> {
    const { manifest, folder, summary } = await this.open(id);
    if (weightsHash !== summary.weightsHash) return;
    const parity = [...manifest.parity.filter(({ device }) => device !== found.device), { ...found, weightsHash }];
    try {
      await replaceFile(join(folder, storedFiles.manifest), JSON.stringify({ ...manifest, parity }, null, 2));
    } catch (error) {
      throw diskError(error, `write the manifest of the model ${id}`);
    }
  }

  /**
   * Takes a model away. `restore` brings it back, also in another process, until the trash is emptied.
   * @throws InterlinearError `unknown-model`, `disk-error`
   */
  async remove(id: string): Promise<void> {
    const folder = this.path(id);
    if (!(await this.has(id))) throw unknown(id);
    const trash = join(this.folder, trashFolder);
    const removed = join(trash, `${id}.${Date.now()}-${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(trash, { recursive: true });
      await rename(folder, removed);
    } catch (error) {
      throw diskError(error, `remove the model ${id}`);
    }
    this.#removed.add(removed);
  }

  /** @throws InterlinearError `unknown-model` when it was not removed, `bad-request` when another has its name by now */
  async restore(id: string): Promise<void> {
    const removed = await this.#lastRemoved(checkModelId(id));
    if (removed === null) throw unknown(id);
    if (await this.has(id)) {
      const message = `A model “${id}” was added in the meantime.`;
      throw new InterlinearError('bad-request', message, 'Remove that one first.');
    }
    try {
      await rename(removed, this.path(id));
    } catch (error) {
      throw diskError(error, `bring back the model ${id}`);
    }
    this.#removed.delete(removed);
  }

  async #lastRemoved(id: string): Promise<string | null> {
    const trash = join(this.folder, trashFolder);
    const names = await readdir(trash).catch(() => []);
    const times = names.flatMap((name) => {
      const time = name.startsWith(`${id}.`) ? /^\d+(?=-[0-9a-f]+$)/u.exec(name.slice(id.length + 1)) : null;
      return time ? [{ name, time: Number(time[0]) }] : [];
    });
    const last = times.toSorted((a, b) => b.time - a.time)[0];
    return last ? join(trash, last.name) : null;
  }

  /** Deletes what this process removed for good. */
  emptyTrash(): void {
    for (const path of this.#removed) {
      try {
        rmSync(path, { recursive: true, force: true });
      } catch {
        // A file still open on Windows; the app empties the whole trash when it starts.
      }
    }
    this.#removed.clear();
  }

  /** A folder in which a new model is made. @throws InterlinearError `bad-request` when the id is taken */
  async begin(id: string): Promise<PartialFolder> {
    await this.clean();
    if (await this.has(id)) throw taken(id);
    try {
      return await PartialFolder.create(this.folder, checkModelId(id));
    } catch (error) {
      throw diskError(error, `make a folder in ${this.folder}`);
    }
  }

  /** Puts a finished model in its place. @throws InterlinearError `bad-request` when the id was taken in the meantime, `disk-error` */
  async finish(partial: PartialFolder, id: string): Promise<void> {
    if (await this.has(id)) throw taken(id);
    try {
      await partial.finish(checkModelId(id));
    } catch (error) {
      throw diskError(error, `store the model ${id}`);
    }
  }
}

function taken(id: string): InterlinearError {
  return new InterlinearError('bad-request', `There is a model “${id}” already.`, 'Remove it first, or give this one another name.');
}
