import { expect, it, vi } from 'vitest';
import { type ProbeChild, probeIn } from './device-probe';

/** A process that does what the test says. */
function fakeChild(): ProbeChild & { say(message: unknown): void; end(): void; readonly killed: () => number } {
  let hear: (message: unknown) => void = () => undefined;
  let gone: () => void = () => undefined;
  let kills = 0;
  return {
    onMessage: (listener) => void (hear = listener),
    onGone: (listener) => void (gone = listener),
    kill: () => void kills++,
    say: (message) => {
      hear(message);
    },
    end: () => {
      gone();
    },
    killed: () => kills,
  };
}

it('takes the word of the process, and ends it', async () => {
  const child = fakeChild();
  const asked: string[] = [];
  const reason = probeIn((device) => (asked.push(device), child))('webgpu');
  child.say('something else');
  child.say({ type: 'tried', reason: 'No supported adapters.' });
  expect(await reason).toBe('No supported adapters.');
  expect([asked, child.killed()]).toEqual([['webgpu'], 1]);
});

it('takes the end of the process for an answer, since drivers crash', async () => {
  const child = fakeChild();
  const reason = probeIn(() => child)('cuda');
  child.end();
  expect(await reason).toContain('ended before it could say why');
});

it('does not wait for good', async () => {
  vi.useFakeTimers();
  const child = fakeChild();
  const reason = probeIn(() => child)('webgpu');
  vi.advanceTimersByTime(30_000);
  vi.useRealTimers();
  expect(await reason).toContain('did not answer within 30 seconds');
  expect(child.killed()).toBe(1);
});
