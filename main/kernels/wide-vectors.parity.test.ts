import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Kernels } from './kernels';
import { compareWide, roomOfThread, wideIsBetter } from './wide-vectors';

it('gives each thread the room that the products take', () => {
  const source = readFileSync(join(import.meta.dirname, 'assembly', 'wide-products.ts'), 'utf8');
  expect(/roomOfThread: usize = (\d+)/u.exec(source)?.[1]).toBe(String(roomOfThread));
});

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
