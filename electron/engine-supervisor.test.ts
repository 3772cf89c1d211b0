import { beforeEach, describe, expect, it } from 'vitest';
import type { EngineStatus } from '../main/contract/shell';
import { type EngineChild, EngineSupervisor } from './engine-supervisor';
import { RestartBudget } from './restart-budget';

class FakeChild implements EngineChild<string> {
  readonly sent: unknown[] = [];
  readonly ports: string[] = [];
  killed = 0;
  #message: (message: unknown) => void = () => {};
  #gone: (reason: string) => void = () => {};

  send(message: unknown, ports: readonly string[] = []): void {
    this.sent.push(message);
    this.ports.push(...ports);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#message = listener;
  }
  onGone(listener: (reason: string) => void): void {
    this.#gone = listener;
  }
  kill(): void {
    this.killed += 1;
    this.die('The engine was killed.');
  }
  say(message: unknown): void {
    this.#message(message);
  }
  die(reason: string): void {
    this.#gone(reason);
  }
}

const minutes = 60_000;
let now: number;
let children: FakeChild[];
let timers: Map<number, () => void>;
let statuses: EngineStatus[];
let supervisor: EngineSupervisor<string>;

const last = (): FakeChild => {
  const child = children.at(-1);
  if (!child) throw new Error('No engine was started');
  return child;
};

beforeEach(() => {
  now = 0;
  children = [];
  timers = new Map();
  statuses = [];
  let timer = 0;
  supervisor = new EngineSupervisor({
    fork: () => {
      const child = new FakeChild();
      children.push(child);
      return child;
    },
    init: 'init',
    isReady: (message) => message === 'ready',
    budget: new RestartBudget(3, 5 * minutes, () => now),
    startLimit: 30_000,
    after: (_milliseconds, then) => {
      const id = timer++;
      timers.set(id, then);
      return () => timers.delete(id);
    },
  });
  supervisor.onStatus((status) => statuses.push(status));
});

function startReady(): void {
  supervisor.start();
  last().say('ready');
}

describe('the engine supervisor', () => {
  it('starts one process, introduces itself, and is ready when the engine says so', () => {
    supervisor.start();
    supervisor.start();
    expect(children).toHaveLength(1);
    expect(last().sent).toEqual(['init']);
    last().say('something else');
    expect(supervisor.status).toEqual({ state: 'starting' });
    last().say('ready');
    expect(supervisor.status).toEqual({ state: 'ready' });
    expect(timers.size).toBe(0);
  });

  it('hands ports over only while the engine is ready', () => {
    supervisor.start();
    expect(supervisor.connect('connect', 'early')).toBe(false);
    last().say('ready');
    expect(supervisor.connect('connect', 'port')).toBe(true);
    expect(last().ports).toEqual(['port']);
    last().die('The engine crashed.');
    expect(supervisor.connect('connect', 'late')).toBe(false);
  });

  it('replaces an engine that was asked to go: no loss is told, and none is counted', () => {
    startReady();
    const first = last();
    for (let time = 0; time < 5; time++) {
      supervisor.restart();
      last().say('ready');
    }
    expect(first.killed).toBe(1);
    expect(children).toHaveLength(6);
    expect(statuses.some(({ state }) => state === 'lost')).toBe(false);
    first.say('ready');
    expect(supervisor.connect('connect', 'port')).toBe(true);
    expect(last().ports).toEqual(['port']);
    // One that dies by itself is a loss as ever.
    last().die('The engine crashed.');
    expect(statuses.at(-2)).toEqual({ state: 'lost', reason: 'The engine crashed.', restarting: true });
  });

  it('restarts a lost engine and tells why it was lost', () => {
    startReady();
    last().die('The engine crashed.');
    expect(statuses).toEqual([
      { state: 'starting' },
      { state: 'ready' },
      { state: 'lost', reason: 'The engine crashed.', restarting: true },
      { state: 'starting' },
    ]);
    last().say('ready');
    expect(supervisor.status).toEqual({ state: 'ready' });
  });

  it('gives up after three restarts in five minutes, and can then be started by hand', () => {
    startReady();
    for (let loss = 0; loss < 3; loss++) last().die('The engine crashed.');
    expect(children).toHaveLength(4);
    last().die('The engine crashed again.');
    expect(supervisor.status).toEqual({ state: 'lost', reason: 'The engine crashed again.', restarting: false });
    expect(children).toHaveLength(4);
    supervisor.start();
    expect(children).toHaveLength(5);
    last().die('The engine crashed.');
    expect(children).toHaveLength(6);
  });

  it('forgets restarts older than five minutes', () => {
    startReady();
    for (let loss = 0; loss < 9; loss++) {
      last().die('The engine crashed.');
      now += 2 * minutes;
    }
    expect(children).toHaveLength(10);
  });

  it('kills an engine that does not get ready in time', () => {
    supervisor.start();
    const [first] = children;
    timers.get(0)?.();
    expect(first?.killed).toBe(1);
    expect(statuses).toContainEqual({ state: 'lost', reason: 'The engine did not start within 30 seconds.', restarting: true });
    expect(children).toHaveLength(2);
  });

  it('hears nothing more of a process that was replaced', () => {
    startReady();
    const [first] = children;
    first?.die('The engine crashed.');
    first?.say('ready');
    first?.die('The engine crashed twice.');
    expect(supervisor.status).toEqual({ state: 'starting' });
    expect(children).toHaveLength(2);
  });

  it('neither restarts nor reports while the app closes', () => {
    startReady();
    statuses.length = 0;
    supervisor.stop();
    supervisor.start();
    expect(last().killed).toBe(1);
    expect(children).toHaveLength(1);
    expect(statuses).toEqual([]);
  });
});
