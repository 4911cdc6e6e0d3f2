import { compileAdvanced } from './compile-advanced.ts';
import { compileBasic } from './compile-basic.ts';
import type { Selection } from './selection.ts';
import type { Selectors } from './selector.ts';

export function compileSelectors(selectors: Selectors): Selection {
  const all =
    'AdvancedEventSelectors' in selectors
      ? selectors.AdvancedEventSelectors.map(compileAdvanced)
      : selectors.EventSelectors.map(compileBasic);
  return {
    wantsData: all.some((one) => one.wantsData),
    matches: (event) => all.some((one) => one.matches(event)),
    selectors: all,
  };
}
