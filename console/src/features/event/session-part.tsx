import type { Range } from '../../events/range.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { EventLine } from '../../events/event-line.tsx';
import { findSession } from './nearby.ts';
import { RelatedPart } from './related-part.tsx';
import { historyOf, rangeFor } from './related.ts';

/** What the same key did just before and just after: for temporary keys, that is the session. */
export function SessionPart({
  event,
  range,
}: {
  readonly event: TrailEvent;
  readonly range: Range | undefined;
}) {
  const key = event.accessKeyId;
  const temporary = key.startsWith('ASIA');
  return (
    <RelatedPart
      title={temporary ? 'Before and after in this session' : 'Before and after with this key'}
      event={event}
      nothing={key === '' ? 'Without an access key, calls cannot be told to belong together.' : undefined}
      find={findSession}
    >
      {({ before, after }) => (
        <>
          {before.length === 0 && after.length === 0 ? (
            <p className="ot-secondary">
              Nothing else: no call with this key before, and none in the hour after.
            </p>
          ) : (
            <ol className="ot-lines">
              {before.map((one) => (
                <EventLine key={one.id} event={one} />
              ))}
              <EventLine event={event} current />
              {after.map((one) => (
                <EventLine key={one.id} event={one} />
              ))}
            </ol>
          )}
          <a
            href={historyOf(
              { key: 'AccessKeyId', operator: 'equals', values: [key] },
              rangeFor(event, { range, now: Date.now() }),
            )}
          >
            {temporary ? 'Everything in this session' : 'Everything with this key'}
          </a>
        </>
      )}
    </RelatedPart>
  );
}
