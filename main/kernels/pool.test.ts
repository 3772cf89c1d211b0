import { expect, it } from 'vitest';
import { Kernels } from './kernels';

it('does every part of a job once, with more threads than cores and jobs of every size', async () => {
  const kernels = new Kernels(5);
  const { memory } = kernels;
  const [most, width] = [400, 4];
  const at = memory.allocate(4 * most * width);
  const source = Float32Array.from({ length: most * width }, (_, i) => Math.sin(i) * 3);
  // In its own place: what is done twice is not what is done once.
  const once = source.map((x) => x / (1 + Math.exp(-x)));
  const values = { blocks: 0, integers: 0, scales: 0, sums: 0, inBytes: 0, kind: 0, from: at, width, gated: 0, to: at };
  const args = kernels.prepare('activate', { ...values, rows: most });
  const wrong: number[] = [];
  for (let round = 0; round < 4000; round++) {
    // Large and small by turns, so that threads late from one have no share in the next.
    const rows = round % 2 === 0 ? 1 + ((round * 7) % most) : 5;
    const floats = memory.floats(at, most * width);
    floats.set(source);
    kernels.change('activate', args, { rows });
    kernels.run('activate', args, rows > 2 ? Math.ceil(rows / 4) : rows);
    const expected = (i: number): number => (i < rows * width ? once : source)[i] ?? NaN;
    if (floats.some((x, i) => !(Math.abs(x - expected(i)) < 1e-5))) wrong.push(round);
  }
  expect(wrong).toEqual([]);
  await kernels.dispose();
});
