import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Kernels } from './kernels';
import { bestProducts, compareProducts, type ProductChoice, roomOfThread } from './product-choice';

const { bitsInBytes } = new Kernels(1);
const all: ProductChoice = { wide: true, bytes: bitsInBytes };

it('gives each thread the room that the products take', () => {
  const source = readFileSync(join(import.meta.dirname, 'assembly', 'sixteens.ts'), 'utf8');
  expect(/roomOfThread: usize = (\d+)/u.exec(source)?.[1]).toBe(String(roomOfThread));
  // Where two threads share a line of the cache, products took up to twice as long.
  expect(roomOfThread % 128).toBe(0);
});

it('leaves nothing behind, whichever products are faster', async () => {
  const kernels = new Kernels(1);
  const before = kernels.memory.allocate(64);
  kernels.memory.free(before);
  compareProducts(kernels, all);
  const after = kernels.memory.allocate(64);
  expect(after).toBe(before);
  await kernels.dispose();
});

it('takes no products that give other numbers, however fast', async () => {
  const kernels = new Kernels(1);
  const run = kernels.run.bind(kernels);
  kernels.run = (job, args, chunks) => {
    // Nothing is faster than doing nothing.
    if (job !== 'multiplyWide' && job !== 'multiplyBytes') run(job, args, chunks);
  };
  expect(compareProducts(kernels, all)).toEqual({ wide: false, bytes: [] });
  await kernels.dispose();
});

it('tries nothing where nothing may be taken', async () => {
  const kernels = new Kernels(1);
  const run = vi.spyOn(kernels, 'run');
  expect(compareProducts(kernels, { wide: false, bytes: [] })).toEqual({ wide: false, bytes: [] });
  expect(run).not.toHaveBeenCalled();
  await kernels.dispose();
});

it('takes those that give the same numbers and are the fastest', async () => {
  const kernels = new Kernels(1);
  const run = kernels.run.bind(kernels);
  const chosen = (fast: string, may = all): ProductChoice => {
    const done = new Set<number>();
    kernels.run = (job, args, chunks) => {
      // What has been done once is there, and done again in no time.
      if (job !== fast || !done.has(args)) run(job, args, chunks);
      if (job === fast) done.add(args);
    };
    return compareProducts(kernels, may);
  };
  expect(chosen('multiply')).toEqual({ wide: false, bytes: [] });
  expect(chosen('multiplyWide')).toEqual({ wide: true, bytes: [] });
  expect(chosen('multiplyWide', { ...all, wide: false }).wide).toBe(false);
  expect(chosen('multiplyBytes').bytes).toEqual(all.bytes);
  await kernels.dispose();
});

const isTold = process.execArgv.some((option) => option.includes('revectorize'));

it.skipIf(isTold)(
  'takes no wide products where V8 is not told to make wide instructions, and none in bytes where it does not know them',
  async () => {
    const kernels = new Kernels(1);
    const { wide, bytes } = bestProducts(kernels);
    expect(wide).toBe(false);
    expect(bytes.length > bitsInBytes.length).toBe(false);
    await kernels.dispose();
  },
);

it.runIf(process.versions['electron'] !== undefined)('are tried in bytes too where the app’s engine runs', () => {
  expect(bitsInBytes).toContain(4);
});
