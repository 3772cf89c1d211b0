import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterlinearError } from '../../main/contract/errors';
import type { ImportJob } from '../../main/contract/library';
import { sampleInstalled, sampleKin, sampleServices } from '../testing/sample-services';
import { sampleTextModel } from '../testing/sample-text-run';
import { removeModel } from './library-commands';

const job: ImportJob = {
  id: 'job-1',
  title: 'owner/name',
  state: 'running',
  phase: 'fetching',
  remark: null,
  doneBytes: 1,
  totalBytes: 4,
  bytesPerSecond: 1,
  secondsLeft: 3,
  model: null,
  error: null,
};
const text = sampleInstalled(sampleTextModel);
const kin = sampleInstalled(sampleKin, { builtIn: true });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An engine with one import under way, which the test moves on. */
async function importing() {
  const engine = { jobs: [] as ImportJob[], installed: [kin], hellos: 0, asked: [] as unknown[] };
  const services = await sampleServices([sampleKin], {
    hello: () => {
      engine.hellos += 1;
      return { protocol: 1, engine: 'sample', models: engine.installed.map((model) => model.summary), presets: [] };
    },
    'models.list': () => ({ installed: engine.installed, catalogue: [] }),
    'models.jobs': () => ({ jobs: engine.jobs }),
    'models.add': (parameters) => {
      engine.asked.push(parameters);
      const added = { ...job, id: `job-${engine.asked.length}` };
      engine.jobs = [...engine.jobs, added];
      return { job: added.id };
    },
    'models.remove': () => {
      engine.installed = engine.installed.filter((model) => model.builtIn);
      return {};
    },
    'models.restore': () => {
      engine.installed = [kin, text];
      return {};
    },
  });
  return { engine, library: services.library, services };
}

describe('Library', () => {
  it('follows an import until it ends, then offers the model', async () => {
    const { engine, library, services } = await importing();
    await library.refresh();
    library.setQuantize('int8');
    await library.add({ kind: 'hub', id: 'owner/name' });
    expect(engine.asked).toEqual([{ source: { kind: 'hub', id: 'owner/name' }, quantize: 'int8' }]);
    engine.jobs = [{ ...job, doneBytes: 3 }];
    await vi.advanceTimersByTimeAsync(400);
    expect(library.store.getState().jobs).toMatchObject([{ state: 'running', doneBytes: 3 }]);
    engine.jobs = [{ ...job, state: 'done', model: sampleTextModel.id }];
    engine.installed = [kin, text];
    await vi.advanceTimersByTimeAsync(400);
    expect(library.store.getState()).toMatchObject({ jobs: [{ state: 'done' }], installed: [kin, text] });
    expect(services.engine.store.getState().facts?.models.map((model) => model.id)).toEqual(['kin', sampleTextModel.id]);
    // Nothing is under way any more, so nothing is asked any more.
    expect(vi.getTimerCount()).toBe(0);
  });

  it('calls an import of the catalogue as the catalogue does', async () => {
    const { library } = await sampleServices([sampleKin], {
      'models.list': () => ({
        installed: [kin],
        catalogue: [
          { id: 'small-talk-2', name: 'Small Talk 2', license: 'MIT', bytes: 1, parameters: 1, installed: false, description: '' },
        ],
      }),
      'models.jobs': () => ({ jobs: [{ ...job, title: 'small-talk-2' }, job] }),
    });
    await library.refresh();
    expect(library.store.getState().jobs.map(({ title }) => title)).toEqual(['owner/name', 'Small Talk 2']);
  });

  it('asks again for an import that failed, and forgets one that was dismissed', async () => {
    const { engine, library } = await importing();
    await library.add({ kind: 'hub', id: 'owner/name' });
    engine.jobs = [{ ...job, state: 'failed', error: { code: 'unreachable', message: 'No network.', hint: '' } }];
    await vi.advanceTimersByTimeAsync(400);
    expect(library.canRetry('job-1')).toBe(true);
    await library.retry('job-1');
    expect(engine.asked).toHaveLength(2);
    expect(library.store.getState().jobs.map((one) => one.id)).toEqual(['job-2']);
    await library.refresh();
    expect(library.store.getState().jobs.map((one) => one.id)).toEqual(['job-2']);
  });

  it('says of imports that a lost engine took with it that they failed', async () => {
    const { engine, library } = await importing();
    await library.add({ kind: 'hub', id: 'owner/name' });
    library.lose({ code: 'engine-lost', message: 'It ended.', hint: '' });
    expect(library.store.getState().jobs).toMatchObject([{ state: 'failed', error: { code: 'engine-lost' } }]);
    engine.jobs = [];
    await library.refresh();
    expect(library.store.getState().jobs).toMatchObject([{ state: 'failed' }]);
  });

  it('removes with a way back, and takes another model where the removed one was chosen', async () => {
    const { engine, library, services } = await importing();
    engine.installed = [kin, text];
    await library.refresh();
    services.workspace.edit('choose model', { model: sampleTextModel.id });
    await removeModel(services, text);
    expect(library.store.getState()).toMatchObject({ installed: [kin], removed: [text] });
    expect(services.workspace.document.model).toBe('kin');
    await library.restore(sampleTextModel.id);
    expect(library.store.getState()).toMatchObject({ installed: [kin, text], removed: [] });
  });

  it('keeps why it could not be read', async () => {
    const { library } = await sampleServices([sampleKin], {
      'models.jobs': () => ({ jobs: [] }),
      'models.list': () => {
        throw new InterlinearError('disk-error', 'The folder cannot be read.', 'Check it.');
      },
    });
    await library.refresh();
    expect(library.store.getState()).toMatchObject({ listing: 'failed', error: { code: 'disk-error' } });
  });
});
