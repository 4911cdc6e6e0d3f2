import Skeleton from '@cloudscape-design/components/skeleton';
import { useQuery } from '@tanstack/react-query';
import { useId, type ReactNode } from 'react';

import type { ApiClient } from '../../aws/client.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { useLate } from '../../parts/use-late.ts';
import { useConnection } from '../../session/context.tsx';
import type { Scope } from '../../events/creator.ts';

type Props<Found> = {
  readonly title: string;
  readonly event: TrailEvent;
  /** Why there is nothing to look for; nothing is asked then. */
  readonly nothing: string | undefined;
  readonly find: (api: ApiClient, event: TrailEvent, scope: Scope) => Promise<Found>;
  readonly children: (found: Found) => ReactNode;
};

/** One kind of related events in whichever state it is. */
export function RelatedPart<Found>({ title, event, nothing, find, children }: Props<Found>) {
  const { api, everywhere } = useConnection();
  const heading = useId();
  const query = useQuery({
    queryKey: ['related', title, everywhere, event.id],
    enabled: nothing === undefined,
    queryFn: ({ signal }) => find(api, event, { everywhere, signal }),
  });
  const late = useLate(nothing === undefined && query.isPending, 200);
  return (
    <section className="ot-related-part" aria-labelledby={heading} aria-busy={query.isFetching}>
      <h4 id={heading}>{title}</h4>
      {nothing !== undefined && <p className="ot-secondary">{nothing}</p>}
      {late && <Skeleton variant="text-body-m" />}
      {query.isError && (
        <ErrorState
          error={query.error}
          what="Related events"
          action="cloudtrail:LookupEvents"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && children(query.data)}
    </section>
  );
}
