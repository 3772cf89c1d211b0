import { useEffect, useMemo, useState } from 'react';
import { attentionBlock } from '../../../main/contract/attention';
import { type ErrorReport, toErrorReport } from '../../../main/contract/errors';
import type { BranchReference, InspectorProps } from '../inspector-props';
import { AttentionMatrix, HeadsOverview, poolFor } from './attention-matrix';

/** Something that is filled in place, in a new wrapper whenever there is more in it: what is drawn has to be drawn again. */
export interface Filling<Data> {
  readonly data: Data;
  readonly revision: number;
}

export interface AttentionState {
  readonly matrix: Filling<AttentionMatrix>;
  readonly overview: Filling<HeadsOverview>;
  readonly error: ErrorReport | null;
}

/** What is looked at. */
export interface AttentionView {
  readonly branch: BranchReference;
  /** 0 = first. */
  readonly layer: number;
  /** Heads the layer has. */
  readonly heads: number;
  /** Null: the mean of all. */
  readonly head: number | null;
  /** Rows to be had. */
  readonly positions: number;
}

/**
 * Reads attention block by block, from the first row down; what is not looked at any more is not asked for.
 * @param view null while there is nothing to read
 * @param stopped asks for nothing more until it is false again
 */
export function useAttention(load: InspectorProps['loadAttention'], view: AttentionView | null, stopped: boolean): AttentionState {
  const branchKey = view === null ? '' : `${view.branch.run}/${view.branch.lane}/${view.branch.branch}`;
  const layerKey = `${branchKey} ${view?.layer ?? ''} ${view?.heads ?? 0}`;
  const pool = poolFor(view?.positions ?? 0);
  // A sequence that grows past what its overview was made for gets a larger one.
  const room = pool * Math.ceil(Math.max(1, view?.positions ?? 0) / pool / 16) * 16;
  const matrix = useMemo(() => ({ of: `${layerKey} ${view?.head ?? 'mean'}`, data: new AttentionMatrix() }), [layerKey, view?.head]).data;
  const overview = useMemo(
    () => ({ of: layerKey, data: new HeadsOverview((view?.heads ?? 0) + 1, room, pool) }),
    [layerKey, view?.heads, room, pool],
  ).data;
  const [state, setState] = useState<{ readonly revision: number; readonly error: ErrorReport | null }>({ revision: 0, error: null });
  useEffect(() => {
    if (view === null || stopped) return undefined;
    const { branch, layer, head, positions } = view;
    const abort = new AbortController();
    const current = (): boolean => !abort.signal.aborted;
    const read = async (): Promise<void> => {
      for (;;) {
        const rows = Math.min(matrix.rows, overview.rows);
        if (!current() || rows >= positions) return;
        setState((before) => (before.error === null ? before : { ...before, error: null }));
        const first = rows - (rows % attentionBlock);
        const count = Math.min(attentionBlock, positions - first);
        const part = await load(branch, { layer, head, first, count, pool: overview.rows < first + count ? pool : null });
        matrix.take(first, count, part.codes);
        if (part.overview.length > 0) overview.take(first, count, part.overview);
        setState(({ revision, error }) => ({ revision: revision + 1, error }));
      }
    };
    read().catch((thrown: unknown) => {
      if (current()) setState(({ revision }) => ({ revision, error: toErrorReport(thrown) }));
    });
    return () => {
      abort.abort();
    };
    // The keys say what is looked at; the view itself is made anew at every frame.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [load, layerKey, view?.head, view?.positions, matrix, overview, pool, stopped]);
  const { revision, error } = state;
  const filledMatrix = useMemo(() => ({ data: matrix, revision }), [matrix, revision]);
  const filledOverview = useMemo(() => ({ data: overview, revision }), [overview, revision]);
  return { matrix: filledMatrix, overview: filledOverview, error };
}
