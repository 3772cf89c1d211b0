import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Inner size of an element in CSS pixels, kept up to date; 0 × 0 until it is laid out. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const observed = useRef<{ readonly target: HTMLElement; readonly observer: ResizeObserver } | null>(null);
  // A panel that was empty mounts its content later, so which element the reference holds is looked at after every render.
  // The observer reports at once on what it is given, before the next paint.
  useLayoutEffect(() => {
    const target = element.current;
    if (target === (observed.current?.target ?? null)) return;
    observed.current?.observer.disconnect();
    observed.current = null;
    if (target === null) return;
    const observer = new ResizeObserver(() => {
      const next = { width: target.clientWidth, height: target.clientHeight };
      setSize((old) => (old.width === next.width && old.height === next.height ? old : next));
    });
    observer.observe(target);
    observed.current = { target, observer };
  });
  useEffect(
    () => () => {
      observed.current?.observer.disconnect();
      observed.current = null;
    },
    [],
  );
  return size;
}
