import { useEffect, useState } from 'react';

/** Whether somebody is reading the list: the pointer rests on it, or it was scrolled down. Then live events wait. */
export function useReading() {
  const [over, setOver] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const look = () => setScrolled(window.scrollY > 240);
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  const props = { onPointerEnter: () => setOver(true), onPointerLeave: () => setOver(false) };
  return [over || scrolled, props] as const;
}
