import { useEffect, useRef } from 'react';

/** Actions by key, for as long as the component is there. Keys typed into fields, or with a dialog open, are left alone. */
export function useKeys(actions: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (!action || isBusy(event)) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

function isBusy(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : undefined;
  if (document.querySelector('[role="dialog"][aria-modal="true"]')) return true;
  if (
    target?.closest(
      'input:not([type="radio"]):not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="listbox"], [role="menu"]',
    )
  )
    return true;
  // Enter on a link or a button is theirs.
  return event.key === 'Enter' && target?.closest('a, button, summary') !== null && target !== undefined;
}
