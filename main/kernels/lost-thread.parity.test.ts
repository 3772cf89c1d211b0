import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Kernels } from './kernels';

/** Takes one part of the next job there is, as a thread does, and ends: see assembly/pool.ts. */
const thief = `
const { parentPort, workerData } = require('node:worker_threads');
const words = new Int32Array(workerData.buffer);
parentPort.postMessage('waits');
while (Atomics.load(words, 40960 >> 2) === 0);
Atomics.sub(words, 40960 >> 2, 1);
`;

it('ends a job whose parts are never done, and starts no other', { timeout: 120_000 }, async () => {
  const kernels = new Kernels(2);
  const { memory } = kernels;
  const [rows, width] = [400_000, 8];
  const [from, to] = [memory.allocate(4 * rows * width), memory.allocate(4 * rows * width)];
  const inputs = { rows, blocks: 0, integers: 0, scales: 0, sums: 0, inBytes: 0 };
  const args = kernels.prepare('activate', { ...inputs, kind: 0, from, width, gated: 0, to });
  kernels.run('activate', args, rows);
  const worker = new Worker(thief, { eval: true, workerData: memory.memory });
  await once(worker, 'message');
  const ended = { code: 'engine-lost', hint: expect.stringContaining('Restart') as string };
  expect(() => kernels.run('activate', args, rows)).toThrow(expect.objectContaining(ended) as Error);
  expect(() => kernels.run('activate', args, 1)).toThrow(expect.objectContaining(ended) as Error);
  await kernels.dispose();
});
