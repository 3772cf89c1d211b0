import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { InterlinearError } from '../main/contract/errors';

const kindOf = (path: string): Promise<'folder' | 'file' | 'missing'> =>
  stat(path).then(
    (found) => (found.isDirectory() ? 'folder' : 'file'),
    () => 'missing',
  );

/**
 * Whether a path dropped on the window is meant as a model: a `.gguf` file, or a folder with a `config.json`. Only names are looked
 * at; whoever opens it judges what is inside. A trace may have any name, but a file with the ending of another kind is neither.
 * @throws InterlinearError `bad-model` for a weights file without what belongs to it, `bad-request` for what is neither model nor trace
 */
export async function dropKind(path: string): Promise<'trace' | 'model'> {
  const extension = extname(path).toLowerCase();
  if (extension === '.gguf') return 'model';
  if (extension === '.safetensors')
    throw new InterlinearError(
      'bad-model',
      'A .safetensors file holds weights alone.',
      'Drop the folder it stands in, with its config.json and tokenizer.json.',
    );
  if (extension === '.interlinear') return 'trace';
  if (['.zip', ''].includes(extension) && (await kindOf(path)) !== 'folder') return 'trace';
  if ((await kindOf(join(path, 'config.json'))) === 'file') return 'model';
  if ((await kindOf(join(path, 'manifest.json'))) === 'file') return 'trace';
  throw new InterlinearError(
    'bad-request',
    `“${basename(path)}” is neither a trace nor a model.`,
    'Drop a trace (.interlinear), a .gguf file, or a folder with config.json, tokenizer.json and safetensors.',
  );
}
