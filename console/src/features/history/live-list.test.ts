import { describe, expect, it } from 'vitest';

import { fromRecord } from '../../events/trail-event.ts';
import { addLive, EMPTY_LIVE, LIVE_LIMIT, release } from './live-list.ts';

describe('the live list', () => {
  it('puts the newest on top', () => {
    const list = addLive(addLive(EMPTY_LIVE, events('a', 'b'), false), events('c'), false);
    expect(list.shown.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('stands still while paused, and catches up after', () => {
    const before = addLive(EMPTY_LIVE, events('a'), false);
    const paused = addLive(before, events('b', 'c'), true);
    expect(paused.shown).toBe(before.shown);
    expect(release(paused).shown.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('shows no event twice when the stream repeats itself after a reconnection', () => {
    const list = addLive(addLive(EMPTY_LIVE, events('a', 'b'), true), events('b', 'b', 'c'), true);
    expect(list.held.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it('forgets the oldest beyond its limit', () => {
    const many = events(...Array.from({ length: LIVE_LIMIT + 5 }, (_, index) => `e${index}`));
    const list = addLive(EMPTY_LIVE, many, false);
    expect(list.shown).toHaveLength(LIVE_LIMIT);
    expect(list.shown[0]?.id).toBe(`e${LIVE_LIMIT + 4}`);
  });
});

function events(...ids: string[]) {
  return ids.map((eventID) => fromRecord(JSON.stringify({ eventID })));
}
