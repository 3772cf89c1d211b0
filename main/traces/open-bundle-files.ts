import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles } from '../contract/trace';
import { InterlinearError } from '../contract/errors';
import type { BundleFiles } from './bundle-files';
import { type ByteSource, openFile } from './byte-source';
import { diskError } from './disk-error';
import { openZip } from './zip-read';

class FolderFiles implements BundleFiles {
  readonly bytes: number;
  readonly #open = new Map<string, ByteSource>();

  constructor(private readonly folder: string) {
    this.bytes = Object.values(bundleFiles).reduce(
      (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    );
  }

  open(name: string): Promise<ByteSource | null> {
    return Promise.resolve().then(() => {
      const known = this.#open.get(name);
      if (known) return known;
      const path = join(this.folder, name);
      if (!statSync(path, { throwIfNoEntry: false })) return null;
      const source = openFile(path, name);
      this.#open.set(name, source);
      return source;
    });
  }

  close(): void {
    for (const source of this.#open.values()) source.close();
    this.#open.clear();
  }
}

/**
 * @param path a bundle folder or a zipped bundle
 * @throws InterlinearError `unknown-trace` when nothing is there, `bad-trace`, `disk-error`
 */
export function openBundleFiles(path: string): BundleFiles {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) throw new InterlinearError('unknown-trace', `There is no trace at ${path}.`, 'It may have been moved or deleted.');
    return stats.isDirectory() ? new FolderFiles(path) : openZip(path);
  } catch (thrown) {
    throw diskError(thrown, `open ${path}`);
  }
}
