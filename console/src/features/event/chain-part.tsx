import { childOf, textAt } from '../../events/record.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { findChain, type Chain } from '../../events/creator.ts';
import { EventLine } from '../../events/event-line.tsx';
import { RelatedPart } from './related-part.tsx';

/** Who handed out the key that signed this call, role by role. */
export function ChainPart({ event }: { readonly event: TrailEvent }) {
  return (
    <RelatedPart
      title="Where the key came from"
      event={event}
      nothing={event.accessKeyId === '' ? noKey(event) : undefined}
      find={findChain}
    >
      {(chain) => <Links chain={chain} />}
    </RelatedPart>
  );
}

function Links({ chain: { creations, unseen, more } }: { readonly chain: Chain }) {
  return (
    <>
      {creations.length > 0 && (
        <ol className="ot-lines">
          {creations.map(({ event, by }) => (
            <EventLine
              key={event.id}
              event={event}
              note={by === 'time' ? 'Found by name and time: the record does not name the key.' : undefined}
            />
          ))}
        </ol>
      )}
      {more && <p className="ot-secondary">The chain goes on: open the last of these calls.</p>}
      {unseen !== '' && (
        <p className="ot-secondary">
          Issuer not seen: no call in the history made the key <span className="ot-mono">{unseen}</span>. It
          was made elsewhere, or before recording began, or longer ago than events are kept.
        </p>
      )}
    </>
  );
}

function noKey(event: TrailEvent): string {
  const type = textAt(childOf(event.record, 'userIdentity'), 'type');
  if (type === 'AWSService') return 'An AWS service called by itself, without an access key.';
  return event.source === 'signin.amazonaws.com'
    ? 'One signs in with a password, not with an access key.'
    : 'The record names no access key.';
}
