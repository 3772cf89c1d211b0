import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { InterlinearError } from '../main/contract/errors';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Whether a path dropped on the window is meant as a model: a `.gguf` file, or a folder with a `config.json`. Only names are looked
 * at; whoever opens it judges what is inside. Everything else is taken for a trace.
 * @throws InterlinearError `bad-model` for a weights file without what belongs to it
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
  if (extension === '.interlinear' || path === '') return 'trace';
  return (await exists(join(path, 'config.json'))) ? 'model' : 'trace';
}
