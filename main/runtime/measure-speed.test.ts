import { expect, it } from 'vitest';
import { measureSpeed } from './measure-speed';
import { fakeModel } from './testing/fake-model';
import type { FakeDecoder } from './testing/fake-decoder';

/** A clock that a step moves on. */
function timed(milliseconds: readonly number[]): { readonly decoder: FakeDecoder; readonly clock: () => number } {
  const { decoder } = fakeModel();
  let now = 0;
  let steps = 0;
  decoder.beforeStep = () => {
    now += milliseconds[Math.min(steps++, milliseconds.length - 1)] ?? 0;
  };
  return { decoder, clock: () => now };
}

it('is the median of steps, without the first', async () => {
  const { decoder, clock } = timed([900, 500, 10, 40, 20, 20, 20, 20]);
  expect(await measureSpeed(decoder, [0, 1, 2], clock)).toBe(50);
  expect(decoder.batches).toHaveLength(14);
  expect(decoder.liveCaches).toBe(0);
});

it('takes one step to be enough where steps take seconds', async () => {
  const { decoder, clock } = timed([4000]);
  expect(await measureSpeed(decoder, [0, 1, 2], clock)).toBe(0.25);
  expect(decoder.batches).toHaveLength(3);
});
