import { useEffect, useState } from 'react';

/** Whether something has been under way for a while: what is over sooner never shows. */
export function useDelayed(active: boolean, milliseconds: number): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setTimeout(() => {
      setShown(true);
    }, milliseconds);
    return () => {
      clearTimeout(timer);
      setShown(false);
    };
  }, [active, milliseconds]);
  return active && shown;
}
