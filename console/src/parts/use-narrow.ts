import { useSyncExternalStore } from 'react';

/** Phones and split screens: where a table of many columns is of no use. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query().matches);
}

function query(): MediaQueryList {
  return window.matchMedia('(max-width: 687px)');
}

function subscribe(listener: () => void): () => void {
  const list = query();
  list.addEventListener('change', listener);
  return () => list.removeEventListener('change', listener);
}
