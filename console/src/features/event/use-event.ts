import { useQuery } from '@tanstack/react-query';

import { lookupEvent } from '../../events/lookup.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { isNotPermitted } from '../../aws/errors.ts';
import { useConnection } from '../../session/context.tsx';

export type EventState =
  | { readonly state: 'loading' }
  | { readonly state: 'missing' }
  | { readonly state: 'failed'; readonly error: unknown; readonly retry: () => void }
  | { readonly state: 'found'; readonly event: TrailEvent };

/** `known`: the event as a list already has it, so that nothing needs asking. */
export function useEvent(id: string, known: TrailEvent | undefined): EventState {
  const { api, everywhere, giveUpEverywhere } = useConnection();
  const query = useQuery({
    queryKey: ['event', everywhere, id],
    enabled: known === undefined,
    queryFn: async ({ signal }) => {
      try {
        return (await lookupEvent(api, id, everywhere, signal)) ?? null;
      } catch (error) {
        if (everywhere && isNotPermitted(error)) giveUpEverywhere();
        throw error;
      }
    },
  });
  if (known) return { state: 'found', event: known };
  if (query.isError) return { state: 'failed', error: query.error, retry: () => void query.refetch() };
  if (query.isPending) return { state: 'loading' };
  return query.data ? { state: 'found', event: query.data } : { state: 'missing' };
}

/** What to call it above its page. */
export function nameOf(state: EventState): string {
  if (state.state === 'found') return state.event.name;
  return state.state === 'missing' ? 'No such event' : 'Event';
}
