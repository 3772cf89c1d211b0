import { describe, expect, it } from 'vitest';
import { EngineClient } from '../contract/client';
import { InterlinearError } from '../contract/errors';
import type { ClientMessage, EngineMessage, RunEvent } from '../contract/protocol';
import { Connection, type Handlers } from './connection';
import { createMemoryPair } from './memory-transport';

const refuse = (): Promise<never> => Promise.reject(new InterlinearError('unsupported', 'Not in this test.'));

const handlers: Handlers = {
  hello: refuse,
  memory: refuse,
  'prompt.check': refuse,
  'run.start': () => Promise.resolve({ run: 'r1' }),
  'run.cancel': () => Promise.resolve({}),
  'run.fork': refuse,
  'run.close': () => Promise.reject(new Error('a bug')),
  'run.tap': refuse,
  'run.lens': refuse,
  'run.quickLens': refuse,
  'run.attention': refuse,
  'run.attentionRow': refuse,
  'run.attentionBlock': refuse,
  trajectory: refuse,
  'traces.list': () => Promise.resolve({ traces: [] }),
  'traces.open': () => Promise.reject(new InterlinearError('bad-trace', 'Damaged.', 'Ask for another copy.')),
  'traces.delete': refuse,
  'traces.grant': () => Promise.resolve({ trace: 't' }),
  'run.export': refuse,
  'devices.list': refuse,
  'devices.check': refuse,
  'models.list': refuse,
  'models.add': refuse,
  'models.addGranted': refuse,
  'models.jobs': refuse,
  'models.cancel': refuse,
  'models.verify': refuse,
  'models.remove': refuse,
  'models.restore': refuse,
  'models.grant': refuse,
};

const steps = (...values: number[]): RunEvent => ({ type: 'steps', run: 'r', packed: Float32Array.from(values) });
const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a connection', () => {
  it('answers requests and passes typed errors on', async () => {
    const pair = createMemoryPair();
    new Connection(pair.engine, 'window', handlers);
    const client = new EngineClient(pair.client);
    await expect(client.request('traces.list', {})).resolves.toEqual({ traces: [] });
    await expect(client.request('traces.open', { trace: 'x' })).rejects.toMatchObject({ code: 'bad-trace', hint: 'Ask for another copy.' });
    await expect(client.request('run.close', { run: 'r' })).rejects.toMatchObject({ code: 'internal', message: 'a bug' });
  });

  it('passes news of a load to the one who asked for it, before the answer', async () => {
    const pair = createMemoryPair();
    const progress = { model: 'm', device: 'cpu', phase: 'checking', doneBytes: 1, totalBytes: 2 } as const;
    const news: unknown[] = [];
    new Connection(pair.engine, 'window', {
      ...handlers,
      'run.cancel': async ({ run }, _, { onLoad }) => {
        onLoad({ ...progress, model: run });
        await settle();
        return {};
      },
    });
    const client = new EngineClient(pair.client);
    const ask = async (run: string): Promise<void> => {
      await client.request('run.cancel', { run }, { onLoad: ({ model }) => void news.push(`${run} hears of ${model}`) });
      news.push(`${run} is answered`);
    };
    await Promise.all([ask('a'), ask('b')]);
    expect(news).toEqual(['a hears of a', 'b hears of b', 'a is answered', 'b is answered']);
  });

  it('tells what it does, and hears that an answer is not wanted any more', async () => {
    const pair = createMemoryPair();
    const signals: AbortSignal[] = [];
    new Connection(pair.engine, 'window', {
      ...handlers,
      'models.verify': async (_parameters, _connection, { onDoing, signal }) => {
        signals.push(signal);
        onDoing({ what: 'Reading', pass: 1, passes: 2 });
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        throw new InterlinearError('cancelled', 'Stopped.');
      },
    });
    const client = new EngineClient(pair.client);
    const abort = new AbortController();
    const said: unknown[] = [];
    const options = { signal: abort.signal, onDoing: ({ what }: { what: string }) => void said.push(what) };
    const asked = client.request('models.verify', { id: 'a' }, options);
    const other = client.request('models.verify', { id: 'b' });
    await settle();
    abort.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(said).toEqual(['Reading']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    // One that goes away wants no answer.
    pair.client.close();
    await expect(other).rejects.toMatchObject({ code: 'engine-lost' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('refuses what only the shell may send', async () => {
    const pair = createMemoryPair();
    new Connection(pair.engine, 'window', handlers);
    await expect(new EngineClient(pair.client).request('traces.grant', { path: '/etc/passwd' })).rejects.toMatchObject({
      code: 'bad-request',
    });
    const shell = createMemoryPair();
    new Connection(shell.engine, 'shell', handlers);
    await expect(new EngineClient(shell.client).request('traces.grant', { path: 'a.interlinear' })).resolves.toEqual({ trace: 't' });
  });

  it.each<[string, unknown, Partial<{ id: number | null; code: string }>]>([
    ['an unknown request', { type: 'request', id: 1, name: 'rm -rf', parameters: {} }, { id: 1, code: 'unknown-request' }],
    ['a name from the prototype', { type: 'request', id: 2, name: 'constructor', parameters: {} }, { id: 2, code: 'unknown-request' }],
    ['wrong parameters', { type: 'request', id: 3, name: 'run.start', parameters: { lanes: 'all' } }, { id: 3, code: 'bad-request' }],
    ['a surplus field', { type: 'request', id: 4, name: 'run.cancel', parameters: { run: 'r', extra: 1 } }, { id: 4, code: 'bad-request' }],
    ['no message at all', null, { id: null, code: 'bad-request' }],
    ['a string', 'hello', { id: null, code: 'bad-request' }],
    ['a message of unknown type with an id', { type: 'shout', id: 9 }, { id: 9, code: 'bad-request' }],
  ])('answers %s with a typed error', async (_, message, expected) => {
    const pair = createMemoryPair();
    new Connection(pair.engine, 'window', handlers);
    const received: EngineMessage[] = [];
    pair.client.onMessage((answer) => received.push(answer));
    pair.client.send(message as ClientMessage);
    await settle();
    expect(received).toMatchObject([{ type: 'error', id: expected.id, error: { code: expected.code } }]);
  });

  it('has at most two frames out, merges what waits and keeps its order', async () => {
    const pair = createMemoryPair();
    const connection = new Connection(pair.engine, 'window', handlers);
    const frames: Extract<EngineMessage, { type: 'events' }>[] = [];
    pair.client.onMessage((message) => {
      if (message.type === 'events') frames.push(message);
    });
    for (let i = 0; i < 100; i++) connection.push(steps(i));
    await settle();
    expect(frames.map((frame) => frame.sequence)).toEqual([0, 1]);
    pair.client.send({ type: 'acknowledge', sequence: 0 });
    await settle();
    expect(frames).toHaveLength(3);
    const values = frames.flatMap((frame) => frame.events.flatMap((event) => (event.type === 'steps' ? [...event.packed] : [])));
    expect(values).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('takes late and repeated acknowledgements without harm', async () => {
    const pair = createMemoryPair();
    const connection = new Connection(pair.engine, 'window', handlers);
    connection.push(steps(1));
    for (const sequence of [0, 0, 7]) pair.client.send({ type: 'acknowledge', sequence });
    await settle();
    const received: EngineMessage[] = [];
    pair.client.onMessage((message) => received.push(message));
    connection.push(steps(2));
    await settle();
    expect(received).toMatchObject([{ type: 'events', sequence: 1 }]);
  });
});

describe('a client', () => {
  it('acknowledges a frame only when its listener has taken it in', async () => {
    const pair = createMemoryPair();
    const connection = new Connection(pair.engine, 'window', handlers);
    const client = new EngineClient(pair.client);
    const painted: (() => void)[] = [];
    let seen = 0;
    client.onEvents(async (events) => {
      seen += events.length;
      await new Promise<void>((resolve) => painted.push(resolve));
    });
    connection.push(steps(1));
    connection.push({ type: 'steps', run: 'other', packed: new Float32Array(1) });
    connection.push(steps(3));
    await settle();
    expect(seen).toBe(2);
    painted[0]?.();
    await settle();
    expect(seen).toBe(3);
  });

  it('treats a gap in the sequence as fatal and says so', async () => {
    const pair = createMemoryPair();
    const client = new EngineClient(pair.client);
    const lost = new Promise((resolve) => client.onLost(resolve));
    pair.engine.send({ type: 'events', sequence: 1, events: [] });
    await expect(lost).resolves.toMatchObject({ code: 'stream-gap' });
    await expect(client.request('traces.list', {})).rejects.toMatchObject({ code: 'stream-gap' });
  });

  it('fails what is pending when the engine goes away', async () => {
    const pair = createMemoryPair();
    const client = new EngineClient(pair.client);
    const pending = client.request('traces.list', {});
    pair.engine.close();
    await expect(pending).rejects.toMatchObject({ code: 'engine-lost' });
  });
});
