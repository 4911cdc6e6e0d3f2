import { useQuery } from '@tanstack/react-query';

import { lookupPage } from '../../events/lookup.ts';
import { EMPTY_QUERY, type Condition } from '../../events/query.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { useConnection } from '../../session/context.tsx';

/** Of each of both kinds: of a busy account the newest events may all be reads. */
const ASKED = 100;
const WRITES: readonly Condition[] = [{ key: 'ReadOnly', operator: 'equals', values: ['false'] }];

/** The newest events of the account and region that rules here would see, newest first: asked once, judged as often as the pattern changes. */
export function useRecent() {
  const { api } = useConnection();
  return useQuery({
    queryKey: ['rules-recent'],
    queryFn: async ({ signal }): Promise<readonly TrailEvent[]> => {
      const span = { from: 0, to: Math.floor(Date.now() / 1000) + 60 };
      const ask = (conditions: readonly Condition[]) =>
        lookupPage(
          api,
          {
            query: { ...EMPTY_QUERY, conditions },
            span,
            everywhere: false,
            pageSize: ASKED,
            token: undefined,
          },
          signal,
        );
      const [all, writes] = await Promise.all([ask([]), ask(WRITES)]);
      const byId = new Map([...all.events, ...writes.events].map((event) => [event.id, event]));
      return [...byId.values()].sort((a, b) => b.time - a.time);
    },
    staleTime: 0,
  });
}
