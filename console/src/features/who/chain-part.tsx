import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { findChain } from '../../events/creator.ts';
import { EventLine } from '../../events/event-line.tsx';
import type { TrailEvent } from '../../events/trail-event.ts';
import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import type { Subject } from './subject.ts';

/** Who handed out the key that was used last, role by role, back to where the history ends. */
export function ChainPart({ subject, last }: { readonly subject: Subject; readonly last: TrailEvent }) {
  const { api, everywhere } = useConnection();
  const isCaller = subject.kind !== 'address' && subject.kind !== 'resource';
  const query = useQuery({
    queryKey: ['who', 'chain', everywhere, last.id],
    enabled: isCaller && last.accessKeyId !== '',
    queryFn: ({ signal }) => findChain(api, last, { everywhere, signal }),
  });
  if (!isCaller) return null;
  return (
    <Container
      header={
        <Header variant="h2" description="The calls that handed out the key that was used last.">
          The chain behind it
        </Header>
      }
    >
      {last.accessKeyId === '' && (
        <p className="ot-secondary">The last call was made without an access key.</p>
      )}
      {query.isLoading && <Waiting what="the chain" lines={4} />}
      {query.isError && (
        <ErrorState
          error={query.error}
          what="The chain"
          action="cloudtrail:LookupEvents"
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data && query.data.creations.length > 0 && (
        <ol className="ot-lines">
          {query.data.creations.map(({ event, by }) => (
            <EventLine
              key={event.id}
              event={event}
              note={by === 'time' ? 'Found by name and time: the record does not name the key.' : undefined}
            />
          ))}
        </ol>
      )}
      {query.data && query.data.unseen !== '' && (
        <p className="ot-secondary ot-anywhere">
          No call in the history made the key <span className="ot-mono">{query.data.unseen}</span>: it was
          made elsewhere, before recording began, or longer ago than events are kept.
        </p>
      )}
    </Container>
  );
}
