import { InterlinearError } from '../contract/errors';
import type { RequestName } from '../contract/protocol';
import type { Handlers } from './connection';
import type { ModelShelf } from './model-shelf';

type ModelRequest = Extract<RequestName, `models.${string}`>;

const noLibrary = async (): Promise<never> =>
  Promise.reject(new InterlinearError('unsupported', 'This engine holds only the models that ship with the app.'));

/** Answers to everything about models. @param shelf asked for at every request */
export function modelHandlers(shelf: () => ModelShelf): Pick<Handlers, ModelRequest> {
  return {
    'models.list': async () => {
      const installed = (await shelf().list()).map((summary) => ({
        summary,
        source: 'ships with Interlinear',
        importedAt: null,
        builtIn: true,
        parity: [],
        notes: [],
        damage: null,
      }));
      return { installed, catalogue: [] };
    },
    'models.add': noLibrary,
    'models.addGranted': noLibrary,
    'models.jobs': async () => Promise.resolve({ jobs: [] }),
    'models.cancel': noLibrary,
    'models.verify': noLibrary,
    'models.remove': noLibrary,
    'models.restore': noLibrary,
    'models.grant': noLibrary,
  };
}
