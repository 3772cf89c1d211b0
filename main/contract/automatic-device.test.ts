import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automaticDevices, automaticReason, type DeviceStanding } from './automatic-device';
import { devices } from './devices';

const passed = (id: DeviceStanding['id'], timesCpu: number | null): DeviceStanding => ({ id, state: 'passed', timesCpu });
const cpu = passed('cpu', 1);

describe('auto', () => {
  it.each<[string, readonly DeviceStanding[], readonly string[], string]>([
    ['the CPU where nothing is known', [], ['cpu'], 'the model has passed parity on no other device'],
    [
      'the CPU where nothing was checked',
      [{ id: 'cpu', state: 'unchecked', timesCpu: null }],
      ['cpu'],
      'the model has not been checked on any device yet',
    ],
    ['the CPU before a device that is slower', [cpu, passed('webgpu', 0.32)], ['cpu'], '3.1 times faster than WebGPU here'],
    ['the fastest first', [cpu, passed('webgpu', 2.4), passed('cuda', 31)], ['cuda', 'webgpu', 'cpu'], '31 times faster than the CPU here'],
    ['not what was not measured', [cpu, passed('webgpu', null)], ['cpu'], 'the speed of WebGPU was not measured yet: check it'],
    ['not what failed', [cpu, { id: 'webgpu', state: 'failed', timesCpu: 4 }], ['cpu'], 'the model has passed parity on no other device'],
    [
      'a slower device where the CPU failed',
      [{ id: 'cpu', state: 'failed', timesCpu: 1 }, passed('webgpu', 0.5)],
      ['webgpu', 'cpu'],
      'the CPU did not pass parity',
    ],
  ])('takes %s', (_what, standings, order, reason) => {
    expect(automaticDevices(standings)).toEqual(order);
    expect(automaticReason(standings)).toBe(reason);
  });

  it('never takes a device other than the CPU that has not passed, and always ends with the CPU', () => {
    const standing = (id: DeviceStanding['id']): fc.Arbitrary<DeviceStanding> =>
      fc.record({
        id: fc.constant(id),
        state: fc.constantFrom('passed', 'failed', 'unchecked', 'not-started', 'absent'),
        timesCpu: fc.option(fc.double({ min: 0.01, max: 100, noNaN: true })),
      });
    fc.assert(
      fc.property(fc.tuple(...devices.map(standing)), (standings) => {
        const order = automaticDevices(standings);
        expect(order.at(-1)).toBe('cpu');
        const good = standings.filter(({ state }) => state === 'passed').map(({ id }) => id);
        expect(order.slice(0, -1).every((id) => good.includes(id) && id !== 'cpu')).toBe(true);
      }),
    );
  });
});
