/** What a person set once and expects to find again; kept by the browser, never sent. */
export type Preferences = {
  readonly theme: 'system' | 'light' | 'dark';
  readonly pageSize: number;
  readonly wrapLines: boolean;
  readonly density: 'compact' | 'comfortable';
  /** Ids of the table's columns in their order, with whether they are shown; undefined for the default. */
  readonly columns: readonly { readonly id: string; readonly visible: boolean }[] | undefined;
  readonly columnWidths: Readonly<Record<string, number>>;
  readonly panel: { readonly position: 'side' | 'bottom'; readonly size: number | undefined };
  readonly navigationOpen: boolean;
  /** Whether the live tail shows read-only calls. */
  readonly liveReads: boolean;
};

export const DEFAULTS: Preferences = {
  theme: 'system',
  pageSize: 50,
  wrapLines: false,
  density: 'compact',
  columns: undefined,
  columnWidths: {},
  panel: { position: 'side', size: undefined },
  navigationOpen: false,
  liveReads: false,
};

export type PreferenceStore = {
  readonly get: () => Preferences;
  readonly set: (changes: Partial<Preferences>) => void;
  readonly subscribe: (listener: () => void) => () => void;
};

const KEY = 'opentrail.preferences';

/** A browser that keeps nothing still lets one choose: then it lasts until the tab is closed. */
export function createPreferenceStore(storage: () => Pick<Storage, 'getItem' | 'setItem'>): PreferenceStore {
  let current: Preferences = { ...DEFAULTS, ...stored(storage) };
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (changes) => {
      current = { ...current, ...changes };
      try {
        storage().setItem(KEY, JSON.stringify(current));
      } catch {
        // Said above: it lasts until the tab is closed.
      }
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Only what has the type of its default: somebody may have written anything there, an older version of ours for one. */
function stored(storage: () => Pick<Storage, 'getItem'>): Partial<Preferences> {
  try {
    const parsed: unknown = JSON.parse(storage().getItem(KEY) ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).filter(([key, value]) => fits(key, value)));
  } catch {
    return {};
  }
}

function fits(key: string, value: unknown): boolean {
  if (key === 'columns') return Array.isArray(value);
  if (key === 'panel') return typeof value === 'object' && value !== null && 'position' in value;
  if (!Object.hasOwn(DEFAULTS, key)) return false;
  return typeof value === typeof DEFAULTS[key as keyof Preferences] && value !== null;
}
