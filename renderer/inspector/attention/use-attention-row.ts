import { useEffect, useRef, useState } from 'react';
import type { BranchReference, InspectorProps } from '../inspector-props';
import type { AttentionRow } from './attention-row';

/**
 * One position under every head, exactly. One question is out at a time and the latest wins, so a pointer that sweeps over the rows asks for few.
 * @returns the row, or the last one that came for this layer while the next is on its way; null before the first, or where it cannot be had
 */
export function useAttentionRow(
  load: InspectorProps['loadAttentionRow'],
  branch: BranchReference | null,
  layer: number,
  heads: number,
  position: number | null,
): AttentionRow | null {
  const place = branch === null ? null : `${branch.run}/${branch.lane}/${branch.branch} ${layer}`;
  const [loaded, setLoaded] = useState<{ readonly place: string; readonly row: AttentionRow } | null>(null);
  const wanted = useRef<(() => Promise<void>) | null>(null);
  const busy = useRef(false);
  useEffect(() => {
    if (branch === null || place === null || position === null) return undefined;
    const ask = async (): Promise<void> => {
      const probabilities = await load(branch, layer, position);
      if (probabilities.length === heads * (position + 1)) setLoaded({ place, row: { position, heads, probabilities } });
    };
    wanted.current = ask;
    const work = async (): Promise<void> => {
      if (busy.current) return;
      busy.current = true;
      for (let next = wanted.current; next !== null; next = wanted.current) {
        wanted.current = null;
        // What goes wrong here goes wrong for the matrix too, which says so.
        await next().catch(() => undefined);
      }
      busy.current = false;
    };
    void work();
    return () => {
      if (wanted.current === ask) wanted.current = null;
    };
    // The place says which branch; the reference itself is made anew at every frame.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [load, place, layer, heads, position]);
  return loaded !== null && loaded.place === place ? loaded.row : null;
}
