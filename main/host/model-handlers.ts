import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { RequestName } from '../contract/protocol';
import type { Handlers } from './connection';
import type { InTurn } from './in-turn';
import type { LensService } from './lens-service';
import type { ModelShelf } from './model-shelf';

export type ModelRequest = Extract<RequestName, `models.${string}`>;

/**
 * Answers to everything about models.
 * @param lens may have a model's file open
 * @param inUse whether a run that is queued or runs needs the model
 * @param inTurn runs work when no run does
 */
export function modelHandlers(
  shelf: ModelShelf,
  lens: Pick<LensService, 'end'>,
  inUse: (id: string) => boolean,
  inTurn: InTurn,
): Pick<Handlers, ModelRequest> {
  const { store } = shelf;
  const { jobs, models } = store.library;
  /** Paths the shell has let the window import. */
  const granted = new Map<string, string>();
  return {
    'models.list': async () => {
      const [installed, catalogue] = await Promise.all([store.installed(), store.catalogue()]);
      return { installed, catalogue };
    },
    'models.add': async ({ source, quantize }) => Promise.resolve({ job: jobs.add({ source, quantize }) }),
    'models.addGranted': async ({ grant, quantize }) => {
      const path = granted.get(grant);
      if (path === undefined)
        throw new InterlinearError('bad-request', 'The engine was not told of this file.', 'Choose the file or folder again.');
      return Promise.resolve({ job: jobs.add({ source: { kind: 'path', path }, quantize }) });
    },
    'models.jobs': async () => Promise.resolve({ jobs: jobs.list() }),
    'models.cancel': async ({ job }) => {
      jobs.cancel(job);
      return Promise.resolve({});
    },
    'models.verify': async ({ id }, _connection, call) => shelf.verify(id, call, inTurn),
    'models.remove': async ({ id }) => {
      if (inUse(id)) throw new InterlinearError('engine-busy', 'A run is using this model.', 'Stop the run first.');
      lens.end();
      await shelf.unload(id);
      await store.remove(id);
      return {};
    },
    'models.restore': async ({ id }) => {
      await models.restore(id);
      return {};
    },
    'models.grant': async ({ path }) => {
      const grant = `model-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
      granted.set(grant, path);
      return Promise.resolve({ grant, name: basename(path) });
    },
  };
}
