import { expect, it } from 'vitest';
import type { ModelParity } from '../contract/library';
import { StartingDevices } from '../runtime/devices';
import { describeDevices } from './describe-devices';

it('says of each device once what it is, without its name, and how fast it is in figures that are never nothing', async () => {
  const starting = new StartingDevices(
    async (device) => Promise.resolve(device === 'webgpu' ? 'No supported adapters.' : null),
    new Set(['cpu', 'webgpu', 'cuda']),
  );
  const cuda = (timesCpu: number): ModelParity => ({
    device: 'cuda',
    passed: true,
    maximumDifference: 1.3e-5,
    checkedAt: '2026-11-24T12:00:00.000Z',
    exact: null,
    speed: { timesCpu, tokensPerSecond: 2.5 },
  });
  const notes = async (timesCpu: number): Promise<string[]> =>
    (await describeDevices(starting, [cuda(timesCpu)])).map(({ id, note }) => `${id} ${note}`);
  expect(await notes(0.00339)).toEqual([
    'cpu Not checked yet: the first run compares it with the model’s reference.',
    'webgpu Did not start: No supported adapters.',
    'coreml Not here: the runtime does not bring it on this system.',
    'dml Not here: the runtime does not bring it on this system.',
    'cuda Passed: largest difference from the model’s reference 1.3e-5. 2.5 tokens/s, 0.0034 times the CPU’s.',
  ]);
  expect((await notes(31.4)).at(-1)).toMatch(/, 31 times the CPU’s\.$/);
});
