import { describe, expect, it } from 'vitest';
import type { LoadProgress } from '../../main/contract/load-progress';
import { beginLoading, bytesDone, type LoadingModels, withProgress } from './loading-models';

const models = [
  { id: 'a', name: 'A', bytes: 100, device: 'auto' },
  { id: 'b', name: 'B', bytes: 300, device: 'auto' },
];
const checking = (model: string, doneBytes: number, totalBytes: number): LoadProgress => ({
  model,
  device: 'cpu',
  phase: 'checking',
  doneBytes,
  totalBytes,
});

describe('models on their way into memory', () => {
  it('are counted together, those before the one that is read as read', () => {
    const start = beginLoading(models);
    expect(bytesDone(start)).toEqual({ done: 0, total: 400 });
    expect(bytesDone(withProgress(start, checking('a', 40, 100), 0))).toEqual({ done: 40, total: 400 });
    expect(bytesDone(withProgress(start, checking('b', 40, 320), 0))).toEqual({ done: 140, total: 420 });
  });

  it('have a time left once the rate has been measured, and none while the runtime begins', () => {
    let state: LoadingModels = withProgress(beginLoading(models), checking('a', 10, 100), 1000);
    expect(state.secondsLeft).toBeNull();
    state = withProgress(state, checking('a', 20, 100), 1200);
    expect(state.secondsLeft).toBeNull();
    state = withProgress(state, checking('a', 50, 100), 2000);
    // 40 bytes in a second; 350 of both are left.
    expect(state.secondsLeft).toBeCloseTo(350 / 40);
    state = withProgress(state, { ...checking('a', 100, 100), phase: 'starting' }, 3000);
    expect(state.secondsLeft).toBeNull();
    // The second one has a rate of its own.
    expect(withProgress(state, checking('b', 1, 300), 4000).secondsLeft).toBeNull();
  });
});
