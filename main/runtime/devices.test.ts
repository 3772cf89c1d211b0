import { expect, it } from 'vitest';
import { deviceSummarySchema } from '../contract/model';
import { listDevices } from './devices';

it('offers the CPU, and says of every other device why not', () => {
  const [cpu, ...others] = listDevices().map((device) => deviceSummarySchema.parse(device));
  expect(cpu).toMatchObject({ id: 'cpu', available: true });
  expect(others.map(({ id }) => id)).toEqual(['webgpu', 'cuda', 'dml', 'coreml']);
  expect(others.every(({ available, note }) => !available && note !== '')).toBe(true);
});
