import { useEffect, useState } from 'react';
import { toErrorReport } from '../../../main/contract/errors';
import { lensPortion } from '../../../main/contract/protocol';
import type { InspectorProps } from '../inspector-props';
import type { LaneEntry } from '../shared/lane-entries';

export interface LensesState {
  /** Raised when readings have come: what is drawn has to be drawn again. */
  readonly revision: number;
  readonly reading: boolean;
  /** Why the lens cannot be read, or null. */
  readonly problem: string | null;
}

/** The next steps whose lens is missing among those on screen, or null. */
function nextGap(entries: readonly LaneEntry[], first: number, last: number) {
  for (const { run, lane, branch } of entries) {
    if (branch === null) continue;
    for (let step = first; step < Math.min(last, branch.steps.length); step++) {
      if (branch.steps.hasLens(step)) continue;
      const end = Math.min(last, branch.steps.length, step + lensPortion);
      return { steps: branch.steps, reference: { run: run.id, lane: lane.lane, branch: branch.branch }, step, count: end - step };
    }
  }
  return null;
}

/**
 * Reads the lenses of the steps on screen that the run left unread, a few at a time; what has scrolled out of sight is not asked for any more.
 * @param first first step visible, `last` the one behind the last
 */
export function useLenses(load: InspectorProps['loadLens'], entries: readonly LaneEntry[], first: number, last: number): LensesState {
  const [state, setState] = useState<LensesState>({ revision: 0, reading: false, problem: null });
  const lengths = entries.map(({ key, branch }) => `${key}:${branch?.branch ?? ''}:${branch?.steps.length ?? 0}`).join(' ');
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const read = async (): Promise<void> => {
      for (let gap = nextGap(entries, first, last); !signal.aborted && gap !== null; gap = nextGap(entries, first, last)) {
        setState(({ revision }) => ({ revision, reading: true, problem: null }));
        const packed = await load(gap.reference, gap.step, gap.count);
        if (packed.length === 0) break;
        gap.steps.takeLenses(gap.step, packed);
        setState(({ revision }) => ({ revision: revision + 1, reading: true, problem: null }));
      }
    };
    read().then(
      () => {
        if (!signal.aborted) setState((before) => (before.reading ? { ...before, reading: false } : before));
      },
      (thrown: unknown) => {
        if (!signal.aborted) setState(({ revision }) => ({ revision, reading: false, problem: toErrorReport(thrown).message }));
      },
    );
    return () => {
      abort.abort();
    };
    // The lengths say when there is more to read; the entries themselves are made anew at every frame.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [load, lengths, first, last]);
  return state;
}
