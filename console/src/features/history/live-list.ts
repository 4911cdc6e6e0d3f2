import type { TrailEvent } from '../../events/trail-event.ts';

/** What the live tail shows and what it holds back while somebody reads. Newest first. */
export type LiveList = { readonly shown: readonly TrailEvent[]; readonly held: readonly TrailEvent[] };

export const EMPTY_LIVE: LiveList = { shown: [], held: [] };

/** As many as a person may want to scroll back; older ones are in the history. */
export const LIVE_LIMIT = 500;

/** `events` in the order they came in. */
export function addLive(list: LiveList, events: readonly TrailEvent[], paused: boolean): LiveList {
  const known = new Set([...list.shown, ...list.held].map(({ id }) => id));
  const fresh: TrailEvent[] = [];
  for (const event of events) {
    if (known.has(event.id)) continue;
    known.add(event.id);
    fresh.unshift(event);
  }
  if (fresh.length === 0) return list;
  const held = [...fresh, ...list.held].slice(0, LIVE_LIMIT);
  return paused ? { ...list, held } : release({ ...list, held });
}

export function release(list: LiveList): LiveList {
  if (list.held.length === 0) return list;
  return { shown: [...list.held, ...list.shown].slice(0, LIVE_LIMIT), held: [] };
}
