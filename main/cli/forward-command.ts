import { existsSync } from 'node:fs';
import { InterlinearError } from '../contract/errors';
import { dumpForward } from '../runtime/dump-forward';
import { loadModel } from '../models/load-model';
import { print, progress } from './terminal';

/** Reads a prompt in one pass without a cache and writes every tensor others need to check parity. */
export async function forwardCommand(folder: string, options: { readonly prompt: string; readonly dump: string }): Promise<void> {
  if (existsSync(options.dump)) throw new InterlinearError('bad-request', `${options.dump} is there already.`, 'Choose another --dump, or delete it first.');
  const model = await loadModel(folder, { device: 'cpu' });
  try {
    const { positions, bytes } = await dumpForward(model, options.prompt, options.dump);
    progress(`${positions} positions, ${bytes} bytes written.`);
    print(options.dump);
  } finally {
    await model.decoder.dispose();
  }
}
