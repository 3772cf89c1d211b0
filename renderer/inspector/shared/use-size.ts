import { useLayoutEffect, useState, type RefObject } from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Inner size of an element in CSS pixels, kept up to date; 0 × 0 until it is laid out. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [target, setTarget] = useState<HTMLElement | null>(null);
  // A panel that was empty mounts its content later: which element the reference holds is looked up after every render.
  useLayoutEffect(() => {
    setTarget(element.current);
  });
  useLayoutEffect(() => {
    if (target === null) return undefined;
    const read = (): void => {
      const next = { width: target.clientWidth, height: target.clientHeight };
      setSize((old) => (old.width === next.width && old.height === next.height ? old : next));
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(target);
    return () => {
      observer.disconnect();
    };
  }, [target]);
  return size;
}
