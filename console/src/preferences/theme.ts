import { applyDensity, applyMode, Density, Mode } from '@cloudscape-design/global-styles';
import { useLayoutEffect } from 'react';

import { usePreferences } from './context.tsx';

/** Keeps the page in the chosen mode and density; `system` follows the system as it changes. */
export function useTheme(): void {
  const [{ theme, density }] = usePreferences();
  useLayoutEffect(() => {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const dark = theme === 'dark' || (theme === 'system' && query.matches);
      applyMode(dark ? Mode.Dark : Mode.Light);
      document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
    };
    apply();
    query.addEventListener('change', apply);
    return () => query.removeEventListener('change', apply);
  }, [theme]);
  useLayoutEffect(
    () => applyDensity(density === 'compact' ? Density.Compact : Density.Comfortable),
    [density],
  );
}
