import { InterlinearError } from '../contract/errors';
import type { RunImport } from '../library/import-model';
import { removeLeftovers } from '../library/partial-folder';
import { type ImportNews, importNewsSchema, type ImportOrder } from './import-messages';
import type { SideProcess } from './side-process';

/** Milliseconds a cancelled import has to tidy up, and to end what it has started, before it is ended. */
const grace = 1000;

/** Imports each model in a process of its own, which is gone, and everything half-made with it, when the import has ended however it did. */
export function importIn(
  start: () => SideProcess,
  place: { readonly folder: string; readonly resources: string; readonly reserved: ReadonlySet<string> },
): RunImport {
  return async (request, { meter, signal }) => {
    signal.throwIfAborted();
    const child = start();
    const gone = new Promise<null>((resolve) => {
      child.onGone(() => {
        resolve(null);
      });
    });
    let patience: NodeJS.Timeout | null = null;
    const order = (message: ImportOrder): void => {
      child.send(message);
    };
    const cancel = (): void => {
      order({ type: 'cancel' });
      patience = setTimeout(() => {
        child.kill();
      }, grace);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const ending = new Promise<ImportNews>((resolve) => {
        child.onMessage((message) => {
          const news = importNewsSchema.parse(message);
          if (news.type === 'progress') meter.follow(news.progress);
          else resolve(news);
        });
      });
      const { folder, resources, reserved } = place;
      order({ type: 'import', folder, resources, reserved: [...reserved], request });
      const end = await Promise.race([ending, gone]);
      if (end?.type === 'done') return end.model;
      signal.throwIfAborted();
      if (end?.type === 'failed') throw InterlinearError.from(end.error);
      throw new InterlinearError('engine-lost', 'The process that imported the model ended before it was done.', 'Add the model again.');
    } finally {
      signal.removeEventListener('abort', cancel);
      if (patience) clearTimeout(patience);
      child.kill();
      await gone;
      // What a process that was ended had begun; the library's own rules say what that is.
      await removeLeftovers(place.folder).catch(() => undefined);
    }
  };
}
