import { useSyncExternalStore } from 'react';

/** One count for the whole page: what was read of a theme is kept by it, for every canvas there is or will be. */
let revision = 0;
const listeners = new Set<() => void>();
let stop: (() => void) | null = null;

function changed(): void {
  revision += 1;
  for (const listener of listeners) listener();
}

function watch(): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  document.fonts.addEventListener('loadingdone', changed);
  return () => {
    observer.disconnect();
    document.fonts.removeEventListener('loadingdone', changed);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (stop === null) {
    // While nobody watched, the theme may have changed.
    revision += 1;
    stop = watch();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
  };
}

/** Counts changes of the theme and of the loaded fonts: a canvas, unlike the page, must be painted again for them. */
export function useThemeRevision(): number {
  return useSyncExternalStore(subscribe, () => revision);
}
