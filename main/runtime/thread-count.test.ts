import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { threadCount } from './thread-count';

it('is what the environment says, and what the system gives where it says nothing', () => {
  expect(threadCount({ INTERLINEAR_THREADS: '3' })).toBe(3);
  expect(threadCount({ INTERLINEAR_THREADS: '' })).toBe(availableParallelism());
  expect(threadCount({})).toBe(availableParallelism());
});

it.each(['0', '-1', '2.5', 'many', '129'])('is not “%s”', (said) => {
  const thrown = expect.objectContaining({ code: 'bad-request', hint: expect.stringContaining('whole number') as string }) as Error;
  expect(() => threadCount({ INTERLINEAR_THREADS: said })).toThrow(thrown);
});
