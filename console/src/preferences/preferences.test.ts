import { describe, expect, it } from 'vitest';

import { createPreferenceStore, DEFAULTS } from './preferences.ts';

describe('preferences', () => {
  it('are found again', () => {
    const items = new Map<string, string>();
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
    };
    createPreferenceStore(() => storage).set({ theme: 'dark', pageSize: 100 });
    expect(createPreferenceStore(() => storage).get()).toEqual({ ...DEFAULTS, theme: 'dark', pageSize: 100 });
  });

  it('fall back where what is stored is of another kind', () => {
    const stored = '{"pageSize":"many","wrapLines":true,"panel":null,"columns":{},"toString":1}';
    const store = createPreferenceStore(() => ({ getItem: () => stored, setItem: () => undefined }));
    expect(store.get()).toEqual({ ...DEFAULTS, wrapLines: true });
  });

  it('work in a browser that forbids storage', () => {
    const store = createPreferenceStore(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    store.set({ theme: 'light' });
    expect(store.get().theme).toBe('light');
  });
});
