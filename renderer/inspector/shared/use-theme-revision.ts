import { useEffect, useState } from 'react';

/** Counts changes of the theme and of the loaded fonts: a canvas, unlike the page, must be painted again for them. */
export function useThemeRevision(): number {
  const [revision, setRevision] = useState(0);
  useEffect(() => {
    const changed = (): void => {
      setRevision((old) => old + 1);
    };
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    document.fonts.addEventListener('loadingdone', changed);
    return () => {
      observer.disconnect();
      document.fonts.removeEventListener('loadingdone', changed);
    };
  }, []);
  return revision;
}
