import { useCallback, useEffect, useMemo, useState } from 'react';
import type { LensLoader } from '../inspector-props';
import type { LaneEntry } from '../shared/lane-entries';
import { LensReader, type LensesState } from './lens-reader';

export interface Lenses extends LensesState {
  /** Asks again for what failed. */
  readonly retry: () => void;
}

/**
 * The lenses of the steps on screen, read where the run left them unread; what has scrolled out of sight is not asked for any more.
 * @param first first step visible, `last` the one behind the last
 */
export function useLenses(load: LensLoader, entries: readonly LaneEntry[], first: number, last: number): Lenses {
  const [state, setState] = useState<LensesState>({ revision: 0, missing: 0, quick: 0, wanted: 0, problem: null });
  const reader = useMemo(() => new LensReader(load, setState), [load]);
  useEffect(() => {
    reader.want(entries, first, last);
  }, [reader, entries, first, last]);
  useEffect(
    () => () => {
      reader.want([], 0, 0);
    },
    [reader],
  );
  const retry = useCallback(() => {
    reader.retry();
  }, [reader]);
  return { ...state, retry };
}
