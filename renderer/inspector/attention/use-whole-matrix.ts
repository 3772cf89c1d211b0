import { useCallback, useEffect, useRef, useState } from 'react';
import type { InspectorProps } from '../inspector-props';
import { type MatrixQuery, readMatrix } from './whole-matrix';

/** A matrix on its way into a file. */
export interface MatrixReading {
  readonly rows: number;
  readonly positions: number;
  /** "layer 3, head 2 of 9": the view may have moved on. */
  readonly title: string;
}

/** Reads whole matrices for saving, one at a time, and says how far it is. */
export function useWholeMatrix(load: InspectorProps['loadAttentionBlock']) {
  const [reading, setReading] = useState<MatrixReading | null>(null);
  const abort = useRef<AbortController | null>(null);
  const read = useCallback(
    async (query: MatrixQuery, title: string): Promise<Float32Array | null> => {
      abort.current?.abort();
      const own = new AbortController();
      abort.current = own;
      const { positions } = query;
      const say = (rows: number): void => {
        if (!own.signal.aborted) setReading({ rows, positions, title });
      };
      say(0);
      try {
        return await readMatrix(load, query, own.signal, say);
      } finally {
        if (abort.current === own) setReading(null);
      }
    },
    [load],
  );
  const stop = useCallback(() => {
    abort.current?.abort();
    setReading(null);
  }, []);
  useEffect(
    () => () => {
      abort.current?.abort();
    },
    [],
  );
  return { reading, read, stop };
}
