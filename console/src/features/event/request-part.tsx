import { textAt } from '../../events/record.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { EventLine } from '../../events/event-line.tsx';
import { findSameRequest } from './nearby.ts';
import { RelatedPart } from './related-part.tsx';

/** Other records of the same request. */
export function RequestPart({ event }: { readonly event: TrailEvent }) {
  const known = textAt(event.record, 'requestID') || textAt(event.record, 'sharedEventID');
  return (
    <RelatedPart
      title="Same request"
      event={event}
      nothing={known === '' ? 'The record has no request ID.' : undefined}
      find={findSameRequest}
    >
      {({ events, partial }) => (
        <>
          {events.length === 0 && <p className="ot-secondary">This is the only record of its request.</p>}
          {events.length > 0 && (
            <ol className="ot-lines">
              {events.map((one) => (
                <EventLine key={one.id} event={one} note={one.account && `In account ${one.account}`} />
              ))}
            </ol>
          )}
          {partial && (
            <p className="ot-secondary">
              Only the last 1,000 events of these seconds were looked through; there were more.
            </p>
          )}
        </>
      )}
    </RelatedPart>
  );
}
