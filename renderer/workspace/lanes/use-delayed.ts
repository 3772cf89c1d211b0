import { useEffect, useState } from 'react';

/** A value that stands for something under way, once it has stood for a while: what is over sooner never shows. */
export function useDelayed<Value>(value: Value | null, milliseconds: number): Value | null {
  const [shown, setShown] = useState<Value | null>(null);
  useEffect(() => {
    if (value === null) return undefined;
    const timer = setTimeout(() => {
      setShown(value);
    }, milliseconds);
    return () => {
      clearTimeout(timer);
      setShown(null);
    };
  }, [value, milliseconds]);
  return value === null ? null : shown;
}
