import { useEffect, useRef, useState } from 'react';

/** The latest value, taken over at most once every `interval` milliseconds; the last one always arrives. */
export function useThrottled<Value>(value: Value, interval: number): Value {
  const [shown, setShown] = useState(value);
  const lastTaken = useRef(-Infinity);
  useEffect(() => {
    const take = (): void => {
      lastTaken.current = performance.now();
      setShown(() => value);
    };
    const wait = lastTaken.current + interval - performance.now();
    if (wait <= 0) {
      take();
      return undefined;
    }
    const timer = setTimeout(take, wait);
    return () => {
      clearTimeout(timer);
    };
  }, [value, interval]);
  return shown;
}
