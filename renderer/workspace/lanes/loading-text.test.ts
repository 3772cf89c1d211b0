import { expect, it } from 'vitest';
import { beginLoading, type LoadingModels, withProgress } from '../../state/loading-models';
import { loadingFacts, loadingShare, loadingTitle } from './loading-text';

const a = { id: 'a', name: 'A', bytes: 45_000_000, device: 'auto' };
const b = { id: 'b', name: 'B', bytes: 55_000_000, device: 'auto' };

const said = (loading: LoadingModels) => [loadingTitle(loading), loadingFacts(loading), loadingShare(loading)];

it('says what is loaded, how far it is and how long it still takes', () => {
  let loading = beginLoading([a, b]);
  expect(said(loading)).toEqual(['Loading A and B', '100 MB of weights', null]);
  loading = withProgress(loading, { model: 'a', device: 'cpu', phase: 'checking', doneBytes: 5_000_000, totalBytes: 45_000_000 }, 0);
  expect(said(loading)).toEqual(['Loading A, 1 of 2', 'weights checked 5.0 MB of 100 MB', 0.05]);
  loading = withProgress(loading, { model: 'a', device: 'cpu', phase: 'checking', doneBytes: 15_000_000, totalBytes: 45_000_000 }, 1000);
  expect(said(loading)).toEqual(['Loading A, 1 of 2', 'weights checked 15.0 MB of 100 MB · 9 s left', 0.15]);
  loading = withProgress(loading, { model: 'a', device: 'cpu', phase: 'taking', doneBytes: 20_000_000, totalBytes: 40_000_000 }, 1500);
  expect(said(loading)).toEqual(['Loading A, 1 of 2', 'checked, taken into memory 20.0 MB of 40.0 MB', 0.5]);
  loading = withProgress(loading, { model: 'b', device: 'webgpu', phase: 'starting', doneBytes: 55_000_000, totalBytes: 55_000_000 }, 2000);
  expect(said(loading)).toEqual(['Loading B, 2 of 2', 'weights checked, starting on WebGPU', null]);
  expect(loadingTitle(beginLoading([a]))).toBe('Loading A');
});
