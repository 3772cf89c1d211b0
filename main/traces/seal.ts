import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles } from '../contract/trace';
import { writeBranches } from './branches-write';
import { diskError } from './disk-error';
import { replaceFile, type WriteBytes } from './file-writer';
import { writeManifest } from './manifest-file';
import { writeSteps } from './steps-write';
import { writeTensors } from './tensors-write';
import type { TraceContent } from './trace-content';

/**
 * Turns a journal into the files of a finished bundle. Each file is written beside its place and renamed; the manifest comes
 * last and says that the others are there; only then is the journal deleted. Killed in between, the bundle is still the journal's.
 * @param content what the journal of this folder holds; closed here
 * @throws InterlinearError `disk-full` or `disk-error`; the journal is kept then
 */
export async function sealBundle(folder: string, content: TraceContent, write?: WriteBytes): Promise<void> {
  const { info, lanes, branches, outcome } = content;
  try {
    const files = {
      [bundleFiles.steps]: await replaceFile(folder, bundleFiles.steps, write, (file) => writeSteps(file, content)),
      [bundleFiles.branches]: await replaceFile(folder, bundleFiles.branches, write, (file) => writeBranches(file, content)),
      [bundleFiles.tensors]: await replaceFile(folder, bundleFiles.tensors, write, (file) => writeTensors(file, content)),
    };
    await writeManifest(folder, { info, lanes: [...lanes], branches: [...branches], outcome, files }, write);
  } finally {
    content.close();
  }
  try {
    rmSync(join(folder, bundleFiles.journal), { force: true });
  } catch (thrown) {
    throw diskError(thrown, `delete ${bundleFiles.journal}`);
  }
}
