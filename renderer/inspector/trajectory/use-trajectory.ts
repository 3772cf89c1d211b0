import { useEffect, useState } from 'react';
import { type ErrorReport, toErrorReport } from '../../../main/contract/errors';
import type { Trajectory } from '../../../main/contract/protocol';
import type { BranchReference, InspectorProps } from '../inspector-props';

export type TrajectoryState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'done'; readonly trajectory: Trajectory }
  | { readonly kind: 'failed'; readonly error: ErrorReport };

/** Results of finished runs never change, so they outlive the panel; a few are enough to switch layers back and forth. */
const cache = new Map<string, Trajectory>();
const cached = 24;

/**
 * Asks the engine for a basis and keeps the answer. Latest wins: an answer to an older question is dropped.
 * @param branches null while there is nothing to ask, for example because a run is still going
 * @param revision changes when the runs' steps have changed; part of what is remembered
 */
export function useTrajectory(
  load: InspectorProps['loadTrajectory'],
  branches: readonly BranchReference[] | null,
  { stream, scale }: { readonly stream: number; readonly scale: 'unit' | 'raw' },
  revision: string,
): TrajectoryState {
  const key =
    branches === null
      ? null
      : `${revision} ${stream} ${scale} ${branches.map(({ run, lane, branch }) => `${run}/${lane}/${branch}`).join(' ')}`;
  const [loaded, setLoaded] = useState<{ readonly key: string; readonly state: TrajectoryState } | null>(null);
  useEffect(() => {
    if (key === null || branches === null || cache.has(key)) return undefined;
    let latest = true;
    load(branches, stream, scale).then(
      (trajectory) => {
        cache.set(key, trajectory);
        const oldest = cache.keys().next();
        if (cache.size > cached && oldest.done !== true) cache.delete(oldest.value);
        if (latest) setLoaded({ key, state: { kind: 'done', trajectory } });
      },
      (thrown: unknown) => {
        if (latest) setLoaded({ key, state: { kind: 'failed', error: toErrorReport(thrown) } });
      },
    );
    return () => {
      latest = false;
    };
    // The key says all of what is asked.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [key, load]);
  if (key === null) return { kind: 'loading' };
  const known = cache.get(key);
  if (known !== undefined) return { kind: 'done', trajectory: known };
  return loaded !== null && loaded.key === key ? loaded.state : { kind: 'loading' };
}
