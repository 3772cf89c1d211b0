import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useServices } from '../state/services';

/** Keeps the page's theme at what the user chose, or at what the system shows. */
export function useTheme(): void {
  const { workspace } = useServices();
  const theme = useStore(workspace.store, (state) => state.theme);
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = (): void => {
      const dark = theme === 'dark' || (theme === 'system' && system.matches);
      document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
    };
    apply();
    system.addEventListener('change', apply);
    return () => {
      system.removeEventListener('change', apply);
    };
  }, [theme]);
}
