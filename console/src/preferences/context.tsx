import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react';

import type { Preferences, PreferenceStore } from './preferences.ts';

const PreferencesContext = createContext<PreferenceStore | undefined>(undefined);

export function PreferencesProvider({
  children,
  store,
}: {
  readonly children: ReactNode;
  readonly store: PreferenceStore;
}) {
  return <PreferencesContext.Provider value={store}>{children}</PreferencesContext.Provider>;
}

export function usePreferences(): readonly [Preferences, PreferenceStore['set']] {
  const store = useContext(PreferencesContext);
  if (!store) throw new TypeError('usePreferences is for components below PreferencesProvider');
  return [useSyncExternalStore(store.subscribe, store.get), store.set];
}
