import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fakeModel } from '../runtime/testing/fake-model';
import type { LoadedModel } from '../runtime/decoder';
import type { LensQuestion } from './lens-messages';
import { LensService } from './lens-service';
import type { SideProcess } from './side-process';
import { LensTurns } from './lens-turns';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface FakeChild extends SideProcess {
  readonly asked: LensQuestion[];
  say(message: unknown): void;
  /** Answers the last question with as many numbers of this kind as a reading has. */
  answer(number: number): void;
  end(): void;
  killed: boolean;
}

/** A process that does what the test says. */
function fakeChild(): FakeChild {
  let hear: (message: unknown) => void = () => undefined;
  let gone: () => void = () => undefined;
  const child: FakeChild = {
    asked: [],
    killed: false,
    send: (question) => void child.asked.push(question as LensQuestion),
    onMessage: (listener) => void (hear = listener),
    onGone: (listener) => void (gone = listener),
    kill: () => void (child.killed = true),
    say: (message) => {
      hear(message);
    },
    answer: (number) => {
      child.say({ type: 'readings', id: child.asked.at(-1)?.id, packed: Float32Array.of(number), milliseconds: 1 });
    },
    end: () => {
      gone();
    },
  };
  return child;
}

const stored: LoadedModel = {
  ...fakeModel(),
  // The service passes it on: only the process opens it.
  lens: { path: '/models/one/weights.safetensors', hash: '1'.repeat(64), spec: {} as NonNullable<LoadedModel['lens']>['spec'] },
};
const streams = new Float32Array(stored.decoder.width).fill(1);
const rowsOf = (target: number) => async () => Promise.resolve({ residuals: streams, targets: [target] });

function open(start?: () => SideProcess) {
  const children: FakeChild[] = [];
  const fork = (): FakeChild => {
    const child = fakeChild();
    children.push(child);
    return child;
  };
  const service = new LensService(start ?? fork, new LensTurns(() => false));
  const read = async (target = 1) => service.readerOf(stored)(rowsOf(target), 5, false);
  return { service, read, children };
}
/** What a reading is refused with; asked for at once, so that nothing is refused unheard. */
const failureOf = async (reading: Promise<unknown>): Promise<unknown> => reading.then(() => null).catch((thrown: unknown) => thrown);
const settled = async (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

it('starts a process at the first question and asks it one thing at a time', async () => {
  const { read, children } = open();
  expect(children).toHaveLength(0);
  const [first, second] = [read(7), read(8)];
  await settled();
  expect(children).toHaveLength(1);
  expect(children[0]?.asked).toHaveLength(0);
  children[0]?.say({ type: 'ready' });
  expect(children[0]?.asked.map(({ targets }) => [...targets])).toEqual([[7]]);
  children[0]?.answer(0.5);
  expect(await first).toEqual(Float32Array.of(0.5));
  await settled();
  expect(children[0]?.asked.map(({ targets }) => [...targets])).toEqual([[7], [8]]);
  children[0]?.say({ type: 'readings', id: 1, packed: Float32Array.of(9), milliseconds: 1 });
  children[0]?.answer(0.25);
  expect(await second).toEqual(Float32Array.of(0.25));
  expect(children).toHaveLength(1);
});

it('has a run wait while something is read, and no longer', async () => {
  const { service, read, children } = open();
  const rested = async (): Promise<boolean> => Promise.race([service.rest().then(() => true), settled().then(() => false)]);
  expect(await rested()).toBe(true);
  const reading = read();
  const died = failureOf(read());
  await settled();
  expect(await rested()).toBe(false);
  const waiting = service.rest();
  children[0]?.say({ type: 'ready' });
  children[0]?.answer(1);
  await Promise.all([reading, waiting]);
  await settled();
  const waitingAgain = service.rest();
  children[0]?.end();
  await waitingAgain;
  expect(await died).toMatchObject({ code: 'engine-lost' });
  expect(await rested()).toBe(true);
});

it('has a run wait no longer than a second for one reading, whatever the process does', async () => {
  const { service, read } = open();
  const stopped = failureOf(read());
  await settled();
  let goesOn = false;
  void service.rest().then(() => (goesOn = true));
  await vi.advanceTimersByTimeAsync(990);
  expect(goesOn).toBe(false);
  await vi.advanceTimersByTimeAsync(20);
  expect(goesOn).toBe(true);
  // Nor does it wait anew at its next step.
  await service.rest();
  service.end();
  await stopped;
});

it('passes on why something could not be read, and goes on', async () => {
  const { read, children } = open();
  const failing = read();
  const refused = failureOf(failing);
  await settled();
  children[0]?.say({ type: 'ready' });
  children[0]?.say({ type: 'failed', id: 1, error: { code: 'bad-model', message: 'The model is damaged.', hint: '' } });
  expect(await refused).toMatchObject({ code: 'bad-model', message: 'The model is damaged.' });
  const next = read();
  await settled();
  children[0]?.answer(1);
  expect(await next).toEqual(Float32Array.of(1));
});

it('says so when the process dies, and starts another at the next question', async () => {
  const { read, children } = open();
  const [first, second] = [read(), read()];
  const died = failureOf(first);
  await settled();
  children[0]?.say({ type: 'ready' });
  children[0]?.end();
  expect(await died).toMatchObject({ code: 'engine-lost', message: 'The process that reads the lens died.' });
  await settled();
  expect(children).toHaveLength(2);
  children[1]?.say({ type: 'ready' });
  children[0]?.end();
  children[1]?.answer(3);
  expect(await second).toEqual(Float32Array.of(3));
});

it('ends the process 20 seconds after the last question, not before', async () => {
  const { read, children } = open();
  const ask = async (): Promise<void> => {
    const reading = read();
    await settled();
    children.at(-1)?.say({ type: 'ready' });
    children.at(-1)?.answer(1);
    await reading;
  };
  await ask();
  await vi.advanceTimersByTimeAsync(19_000);
  await ask();
  await vi.advanceTimersByTimeAsync(19_000);
  expect([children.length, children[0]?.killed]).toEqual([1, false]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(children[0]?.killed).toBe(true);
  await ask();
  expect(children).toHaveLength(2);
});

it.each(['refuses to start', 'ends before it is ready', 'does not get ready'])('has the engine read where the process %s', async (how) => {
  const refuse = (): SideProcess => {
    throw new Error('No processes here');
  };
  const { read, children } = how === 'refuses to start' ? open(refuse) : open();
  const reading = read();
  await settled();
  if (how === 'ends before it is ready') children[0]?.end();
  if (how === 'does not get ready') await vi.advanceTimersByTimeAsync(30_000);
  expect(await reading).toEqual(await stored.decoder.readings(streams, [1], 5));
  expect(await read()).toHaveLength(14);
  expect(children.length).toBeLessThanOrEqual(1);
});

it('tries to start the process again a minute after it could not be started', async () => {
  const { read, children } = open();
  const first = read();
  await settled();
  children[0]?.end();
  await first;
  await vi.advanceTimersByTimeAsync(59_000);
  await read();
  expect(children).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  const again = read();
  await settled();
  expect(children).toHaveLength(2);
  children[1]?.say({ type: 'ready' });
  children[1]?.answer(0.5);
  expect(await again).toEqual(Float32Array.of(0.5));
});

it('leaves models that came with the app, and programs without such a process, to the engine', async () => {
  const { service, children } = open();
  const expected = await stored.decoder.readings(streams, [1], 5);
  expect(await service.readerOf(fakeModel())(rowsOf(1), 5, false)).toEqual(expected);
  expect(children).toHaveLength(0);
  const without = new LensService(null, new LensTurns(() => false));
  expect(await without.readerOf(stored)(rowsOf(1), 5, false)).toEqual(expected);
});

it('fails what is asked when it is ended, as when the model is removed', async () => {
  const { service, read, children } = open();
  const reading = read();
  const ended = failureOf(reading);
  await settled();
  children[0]?.say({ type: 'ready' });
  service.end();
  expect(await ended).toMatchObject({ code: 'engine-lost', message: 'The process that reads the lens was ended.' });
  expect(children[0]?.killed).toBe(true);
});
