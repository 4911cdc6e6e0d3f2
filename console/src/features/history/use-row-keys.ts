import { useEffect, useState } from 'react';

import type { TrailEvent } from '../../events/trail-event.ts';
import { navigate } from '../../routing/use-route.ts';
import { useKeys } from '../../shell/use-keys.ts';

type Rows = {
  readonly events: readonly TrailEvent[];
  /** Id of the event in the panel. */
  readonly open: string | undefined;
  readonly narrow: boolean;
  readonly onOpen: (event: TrailEvent) => void;
  readonly onClose: () => void;
};

/** `j` and `k` move through the rows, Enter opens, Escape closes. Returns the id of the row one is at. */
export function useRowKeys({ events, open, narrow, onOpen, onClose }: Rows): string | undefined {
  const [cursor, setCursor] = useState<string>();
  const current = open ?? cursor;
  const index = events.findIndex((event) => event.id === current);
  const move = (step: number) => {
    const next = events[Math.min(events.length - 1, Math.max(0, index + step))];
    if (!next) return;
    setCursor(next.id);
    if (open !== undefined) onOpen(next);
  };
  const enter = () => {
    const event = events[index];
    if (event && narrow) navigate({ page: 'event', id: event.id });
    else if (event) onOpen(event);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: index >= 0 && open === undefined ? enter : undefined,
    Escape: open === undefined ? undefined : onClose,
  });
  useEffect(() => {
    if (open !== undefined) setCursor(open);
  }, [open]);
  useEffect(() => {
    if (current === undefined) return;
    const row = document.querySelector(`[data-event-id="${CSS.escape(current)}"]`)?.closest('tr, li');
    row?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return current;
}
