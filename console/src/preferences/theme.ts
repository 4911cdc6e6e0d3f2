import { applyDensity, applyMode, Density, Mode } from '@cloudscape-design/global-styles';
import * as tokens from '@cloudscape-design/design-tokens';
import { useLayoutEffect } from 'react';

import { usePreferences } from './context.tsx';

/** Design tokens under names that our own style sheet can use; Cloudscape's own names change with every release. */
const VARIABLES: Readonly<Record<string, string>> = {
  '--ot-text': tokens.colorTextBodyDefault,
  '--ot-text-secondary': tokens.colorTextBodySecondary,
  '--ot-heading': tokens.colorTextHeadingDefault,
  '--ot-link': tokens.colorTextLinkDefault,
  '--ot-error': tokens.colorTextStatusError,
  '--ot-warning': tokens.colorTextStatusWarning,
  '--ot-success': tokens.colorTextStatusSuccess,
  '--ot-border': tokens.colorBorderDividerDefault,
  '--ot-focus': tokens.colorBorderItemFocused,
  '--ot-container': tokens.colorBackgroundContainerContent,
  '--ot-layout': tokens.colorBackgroundLayoutMain,
  '--ot-input': tokens.colorBackgroundInputDefault,
  '--ot-selected': tokens.colorBackgroundItemSelected,
  '--ot-selected-border': tokens.colorBorderItemSelected,
  '--ot-hover': tokens.colorBackgroundDropdownItemHover,
  '--ot-code': tokens.colorBackgroundCellShaded,
  '--ot-bar': tokens.colorChartsBlue1300,
  '--ot-bar-error': tokens.colorChartsRed500,
  '--ot-font': tokens.fontFamilyBase,
  '--ot-mono': tokens.fontFamilyMonospace,
};

/** Keeps the page in the chosen mode and density; `system` follows the system as it changes. */
export function useTheme(): void {
  const [{ theme, density }] = usePreferences();
  useLayoutEffect(() => {
    for (const [name, value] of Object.entries(VARIABLES)) document.body.style.setProperty(name, value);
  }, []);
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
  useLayoutEffect(() => applyDensity(density === 'compact' ? Density.Compact : Density.Comfortable), [density]);
}
