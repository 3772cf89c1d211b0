import { InterlinearError } from '../../contract/errors';
import type { FileFault } from '../safetensors-header';

export const ggufFault: FileFault = {
  code: 'bad-model',
  hint: 'The file is damaged or not a GGUF file: copy or download the model again.',
};

/** What is thrown for contents that cannot be right. */
export function badGguf(message: string): InterlinearError {
  return new InterlinearError(ggufFault.code, message, ggufFault.hint);
}
