import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Patience } from './patience';

it('ends when nothing comes, and not before', async () => {
  const patience = new Patience(new AbortController().signal, 60);
  for (let i = 0; i < 4; i++) {
    await setTimeout(25);
    patience.renew();
  }
  expect(patience.signal.aborted).toBe(false);
  await setTimeout(120);
  expect(patience.signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('aborts with the signal it was given, and no more when it is over', () => {
  const outer = new AbortController();
  const [under, over] = [new Patience(outer.signal, 10_000), new Patience(outer.signal, 10_000)];
  over.end();
  outer.abort(new Error('stopped'));
  expect(under.signal.reason).toEqual(new Error('stopped'));
  expect(over.signal.aborted).toBe(false);
  under.end();
  expect(() => new Patience(outer.signal, 10)).toThrow('stopped');
});
