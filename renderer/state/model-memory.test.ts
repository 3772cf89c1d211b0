import { describe, expect, it } from 'vitest';
import { sampleKin } from '../testing/sample-services';
import { sampleTextModel } from '../testing/sample-text-run';
import { loadBytes, memoryNeeded, shownContexts } from './model-memory';

const large = { ...sampleTextModel, bytes: 4_000_000_000, parameters: 4_000_000_000 };

describe('the memory a model takes', () => {
  it('is more than its weights, as measured', () => {
    expect(loadBytes({ ...large, dtype: 'int4' })).toBe(4_530_000_000);
    expect(loadBytes({ ...large, dtype: 'int8' })).toBe(4_530_000_000);
    expect(loadBytes({ ...large, dtype: 'f16' })).toBe(4_590_000_000);
    expect(loadBytes({ ...large, dtype: 'f32' })).toBe(4_590_000_000);
    expect(loadBytes({ ...sampleKin, bytes: 2_000_000 })).toBe(42_000_000);
  });

  it('grows with what it reads', () => {
    expect(shownContexts(sampleTextModel)).toEqual([1024, 8192]);
    expect(memoryNeeded(sampleTextModel, 8192) - memoryNeeded(sampleTextModel, 1024)).toBe(7168 * 46_080);
    expect(memoryNeeded(sampleTextModel, 0)).toBe(loadBytes(sampleTextModel));
  });
});
