import { readdir } from 'node:fs/promises';
import { InterlinearError } from '../contract/errors';
import type { Checkpoint, CheckpointTensor } from './checkpoint';
import { checkpointTensor } from './checkpoint-tensor';
import { pathInFolder } from './folder-file';
import { openSafetensors, type SafetensorsFile } from './safetensors';
import type { TensorEntry } from './safetensors-header';
import { indexName, readSafetensorsIndex } from './safetensors-index';

const singleName = 'model.safetensors';
const incomplete = 'The model is incomplete: copy or download it again.';

/** What is in a folder without safetensors, as an error that says what to do. */
async function explainAbsence(folder: string): Promise<InterlinearError> {
  const names = await readdir(folder).catch(() => null);
  if (names === null) return new InterlinearError('bad-model', 'The folder cannot be read.', 'Check the path.');
  if (names.some((name) => /[.](?:bin|pt|pth|ckpt)$/u.test(name))) {
    return new InterlinearError(
      'unsupported',
      'The folder holds weights in PyTorch’s own format, which can run programs when it is read.',
      'Look for the same model in safetensors, or save it again with `save_pretrained` of a current transformers.',
    );
  }
  const gguf = names.find((name) => name.endsWith('.gguf'));
  const hint = gguf === undefined ? incomplete : `Add the file ${gguf} itself.`;
  return new InterlinearError('bad-model', `The folder holds neither ${singleName} nor ${indexName}.`, hint);
}

/** The index when there is one and no single file, and the paths of the files that hold tensors by their names. */
async function findFiles(folder: string): Promise<{ index: ReadonlyMap<string, string> | null; paths: ReadonlyMap<string, string> }> {
  const single = await pathInFolder(folder, singleName);
  if (single !== null) return { index: null, paths: new Map([[singleName, single]]) };
  const indexPath = await pathInFolder(folder, indexName);
  if (indexPath === null) throw await explainAbsence(folder);

  const index = await readSafetensorsIndex(indexPath);
  const paths = new Map<string, string>();
  const missing: string[] = [];
  for (const name of new Set(index.values())) {
    const path = await pathInFolder(folder, name);
    if (path === null) missing.push(name);
    else paths.set(name, path);
  }
  if (missing.length > 0) {
    const shown = missing.length > 5 ? `${missing.slice(0, 5).join(', ')} and ${missing.length - 5} more` : missing.join(', ');
    throw new InterlinearError('bad-model', `${indexName} names files that are missing: ${shown}.`, incomplete);
  }
  return { index, paths };
}

/** Errors of one of several files say which. */
async function openNamed(path: string, name: string): Promise<SafetensorsFile> {
  try {
    return await openSafetensors(path);
  } catch (error) {
    if (!(error instanceof InterlinearError)) throw error;
    throw new InterlinearError(error.code, `${name}: ${error.message}`, error.hint, { cause: error });
  }
}

/** Null for integers and truth values: buffers some models carry besides their weights. */
function tensorOf(file: SafetensorsFile, { name, shape, dtype }: TensorEntry): CheckpointTensor | null {
  if (dtype === 'F32' || dtype === 'F16' || dtype === 'BF16') {
    return checkpointTensor({ name, shape, type: dtype, read: (from, length) => file.bytesAt(name, from, length) });
  }
  if (dtype === 'F64' || dtype === 'F8_E4M3' || dtype === 'F8_E5M2') {
    const message = `Tensor “${name}” is stored as ${dtype}, which cannot be read.`;
    throw new InterlinearError('unsupported', message, 'Choose weights in F32, F16 or BF16.');
  }
  return null;
}

function gatherTensors(
  files: ReadonlyMap<string, SafetensorsFile>,
  index: ReadonlyMap<string, string> | null,
): Map<string, CheckpointTensor> {
  const tensors = new Map<string, CheckpointTensor>();
  const holders = new Map<string, string>();
  for (const [fileName, file] of files) {
    for (const entry of file.header.tensors.values()) {
      const other = holders.get(entry.name);
      if (other !== undefined) {
        throw new InterlinearError('bad-model', `Tensor “${entry.name}” is in ${other} and in ${fileName}.`, incomplete);
      }
      holders.set(entry.name, fileName);
      const tensor = tensorOf(file, entry);
      if (tensor) tensors.set(entry.name, tensor);
    }
  }
  for (const [name, fileName] of index ?? []) {
    if (holders.get(name) === fileName) continue;
    throw new InterlinearError('bad-model', `Tensor “${name}” is not in ${fileName}, where ${indexName} says it is.`, incomplete);
  }
  return tensors;
}

/**
 * Opens the weights of a folder as Hugging Face's libraries save it: `model.safetensors`, or several files named by
 * `model.safetensors.index.json`. Tensors of integers are left out. Files named must be in the folder, and links must stay in it.
 * @throws InterlinearError `bad-model` for what is missing, damaged or at odds; `unsupported` for PyTorch's own format and for
 * floats of 64 or 8 bits
 */
export async function openSafetensorsFolder(folder: string): Promise<Checkpoint> {
  const { index, paths } = await findFiles(folder);
  const files = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    await Promise.all([...files.values()].map((file) => file.close()));
  };
  try {
    for (const [name, path] of paths) files.set(name, await openNamed(path, name));
    return { tensors: gatherTensors(files, index), close };
  } catch (error) {
    await close();
    throw error;
  }
}
