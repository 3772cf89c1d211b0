import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { InterlinearError } from '../contract/errors';
import { isMissing } from './model-file';

const hint = 'The model is incomplete or was put together by hand: copy or download it again.';

/** A plain name: nothing that leads to another folder, drive or stream of a file, and nothing unprintable. */
function isPlainName(name: string): boolean {
  return name.length > 0 && name.length <= 255 && name !== '.' && name !== '..' && !/[/\\:\p{Cc}]/u.test(name);
}

/**
 * Where links in a folder may lead: into the folder itself, and from a snapshot in the cache of Hugging Face's programs
 * (`models--…/snapshots/<commit>`) into the blobs beside it, of which such a snapshot is made.
 */
function permittedFolders(folder: string): readonly string[] {
  const parent = dirname(folder);
  return basename(parent) === 'snapshots' ? [folder, join(dirname(parent), 'blobs')] : [folder];
}

/**
 * The path of a file in a model's folder, its links followed. Names come from files that may be hostile.
 * @returns null when there is no such file
 * @throws InterlinearError `bad-model` when the name is more than a name, a link leaves the folder, or it is no file
 */
export async function pathInFolder(folder: string, name: string): Promise<string | null> {
  if (!isPlainName(name)) throw new InterlinearError('bad-model', `“${name.slice(0, 80)}” is not the name of a file in the folder.`, hint);
  let path: string;
  let root: string;
  try {
    root = await realpath(folder);
    path = await realpath(join(folder, name));
  } catch (error) {
    if (isMissing(error)) return null;
    throw new InterlinearError('bad-model', `The file ${name} cannot be read.`, 'Check that you may read this file.', { cause: error });
  }
  if (!permittedFolders(root).some((permitted) => path.startsWith(permitted.endsWith(sep) ? permitted : permitted + sep))) {
    throw new InterlinearError('bad-model', `The file ${name} is a link that leaves the folder.`, hint);
  }
  if (!(await stat(path)).isFile()) throw new InterlinearError('bad-model', `${name} is not a file.`, hint);
  return path;
}
