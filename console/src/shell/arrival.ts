import { createContext, useContext, useEffect, useRef, type RefObject } from 'react';

/** Whether a page was shown before: the browser itself sees to the first. */
export const Arrivals = createContext<{ current: boolean }>({ current: false });

/**
 * Tells that another page is shown: by the window's title, and by the focus where what had it went with the page before, so that a
 * keyboard goes on from here and a screen reader says where one is. The answer is for the element around the page.
 */
export function useArrival(title: string): RefObject<HTMLDivElement | null> {
  const page = useRef<HTMLDivElement>(null);
  const before = useContext(Arrivals);
  useEffect(() => {
    if (before.current && document.activeElement === document.body)
      page.current?.focus({ preventScroll: true });
    before.current = true;
  }, [before]);
  useEffect(() => {
    document.title = `${title} · Opentrail`;
  }, [title]);
  return page;
}
