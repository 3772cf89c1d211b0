import { expect, it } from 'vitest';
import { Kernels } from './kernels';
import { compareWide, wideIsBetter } from './wide-vectors';

it('leaves nothing behind, whichever products are faster', async () => {
  const kernels = new Kernels(1);
  const before = kernels.memory.allocate(64);
  kernels.memory.free(before);
  compareWide(kernels);
  const after = kernels.memory.allocate(64);
  expect(after).toBe(before);
  await kernels.dispose();
});

it('takes no products that give other numbers, however fast', async () => {
  const kernels = new Kernels(1);
  const run = kernels.run.bind(kernels);
  kernels.run = (job, args, chunks) => {
    // Nothing is faster than doing nothing.
    if (job !== 'multiplyWide') run(job, args, chunks);
  };
  expect(compareWide(kernels)).toBe(false);
  await kernels.dispose();
});

const isTold = process.execArgv.some((option) => option.includes('revectorize'));

it.skipIf(isTold)('takes no wide products where V8 is not told to make wide instructions', async () => {
  const kernels = new Kernels(1);
  expect(wideIsBetter(kernels)).toBe(false);
  await kernels.dispose();
});
