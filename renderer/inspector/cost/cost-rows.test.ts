import { describe, expect, it } from 'vitest';
import type { LaneRecord } from '../../../main/contract/run';
import { costColumns, costOf, costRows } from './cost-rows';

const record = (changes: Partial<LaneRecord>): LaneRecord => ({
  lane: 0,
  state: 'done',
  answer: null,
  verdict: 'none',
  branch: 0,
  steps: 4,
  milliseconds: 20,
  tokensPerSecond: 200,
  cost: { serialDepth: 8, positions: 4, flops: 3e6, cacheBytes: 4096 },
  picks: [],
  passAtN: null,
  error: null,
  ...changes,
});

describe('costRows', () => {
  it('gives each value as a share of the largest of its column', () => {
    const rows = costRows([record({}), record({ steps: 8, milliseconds: 80, tokensPerSecond: 100 })]);
    const column = (quantity: string): number => costColumns.findIndex((entry) => entry.quantity === quantity);
    expect(rows[0]?.[column('steps')]).toEqual({ value: 4, share: 0.5 });
    expect(rows[1]?.[column('steps')]).toEqual({ value: 8, share: 1 });
    expect(rows[0]?.[column('tokensPerSecond')]).toEqual({ value: 200, share: 1 });
    expect(rows[0]?.[column('millisecondsPerStep')]).toEqual({ value: 5, share: 0.5 });
  });

  it('knows nothing of a lane that has not begun and divides nothing by zero', () => {
    expect(costOf(null, 'steps')).toBeNull();
    expect(costOf(record({ state: 'waiting' }), 'flops')).toBeNull();
    expect(costOf(record({ steps: 0 }), 'millisecondsPerStep')).toBeNull();
    expect(
      costRows([null])
        .flat()
        .every((cell) => cell.value === null && cell.share === 0),
    ).toBe(true);
  });
});
