import { describe, expect, it } from 'vitest';
import { type LaneSettingsInput, laneSettingsSchema } from '../../main/contract/lanes';
import { sampleKin } from '../testing/sample-services';
import { loadBytes } from './model-memory';
import { Memory, memoryOfRun, shortageOf } from './memory';

const model = { ...sampleKin, id: 'a', bytes: 1_000_000, cacheBytesPerPosition: 10, maximumPositions: 1000 };
const other = { ...model, id: 'b', bytes: 5000, cacheBytesPerPosition: 1, maximumPositions: null };
const modelOf = (id: string) => [model, other].find((one) => one.id === id);
const none = () => false;

function needed(lanes: readonly LaneSettingsInput[], isLoaded: (id: string) => boolean = none): number {
  return memoryOfRun({ model: 'a', lanes: lanes.map((lane) => laneSettingsSchema.parse(lane)), promptTokens: 100 }, modelOf, isLoaded);
}

describe('the memory a run may come to take', () => {
  it('is weights, the prompt once, and every chain at its full length', () => {
    const lanes = [
      { kind: 'direct', maximumSteps: 50 },
      { kind: 'cot', samples: 2, maximumSteps: 100 },
      { kind: 'best-of-n', n: 4, maximumSteps: 25 },
    ] as const;
    expect(needed(lanes)).toBe(loadBytes(model) + (100 + 50 + 200 + 100) * 10);
    expect(needed(lanes, (id) => id === 'a')).toBe((100 + 50 + 200 + 100) * 10);
  });

  it('ends a chain where the model ends', () => {
    expect(needed([{ kind: 'direct', maximumSteps: 100_000 }])).toBe(loadBytes(model) + (100 + 900) * 10);
  });

  it('counts every model the lanes are on, and no other', () => {
    expect(needed([{ kind: 'direct', model: 'b', maximumSteps: 7 }])).toBe(loadBytes(other) + 107);
    expect(
      needed([
        { kind: 'direct', maximumSteps: 1 },
        { kind: 'direct', model: 'b', maximumSteps: 7 },
      ]),
    ).toBe(loadBytes(model) + 1010 + loadBytes(other) + 107);
    expect(needed([{ kind: 'direct', model: 'gone', maximumSteps: 7 }])).toBe(0);
  });

  it('is short where it is more than there is, and not where that is not known', async () => {
    const facts = { availableBytes: 100, totalBytes: 200 };
    expect(shortageOf(facts, 100)).toBeNull();
    expect(shortageOf(facts, 101)).toEqual({ ...facts, neededBytes: 101 });
    expect(shortageOf(null, 101)).toBeNull();
    const memory = new Memory(() => Promise.resolve(facts as never));
    await memory.refresh();
    expect(memory.store.getState().known).toEqual(facts);
    const silent = new Memory(() => Promise.reject(new Error('lost')));
    await silent.refresh();
    expect(silent.store.getState().known).toBeNull();
  });
});
