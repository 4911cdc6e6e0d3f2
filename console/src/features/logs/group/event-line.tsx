import { useMemo, useState } from 'react';

import { isObject, parseRecord, textAt } from '../../../events/record.ts';
import { sentenceOf } from '../../../events/sentence.ts';
import { fromRecord } from '../../../events/trail-event.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { localTimeWithZone, localTime, utcTime } from '../../../parts/time.ts';
import { formatHash } from '../../../routing/route.ts';
import type { LogEvent } from '../logs.ts';

/** One event: a line that opens to the whole of it, JSON laid out. */
export function EventLine({ event, showStream }: { readonly event: LogEvent; readonly showStream: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details onToggle={(toggled) => setOpen(toggled.currentTarget.open)}>
        <summary>
          <time
            className="ot-time"
            dateTime={new Date(event.time).toISOString()}
            title={`${utcTime(event.time)}\n${localTimeWithZone(event.time)}`}
          >
            {localTime(event.time)}
          </time>{' '}
          <Brief message={event.message} />
        </summary>
        {open && <Whole event={event} showStream={showStream} />}
      </details>
    </li>
  );
}

/** A record of CloudTrail as a sentence; whatever else it is as it stands. */
function Brief({ message }: { readonly message: string }) {
  const record = useMemo(
    () => (message.includes('"eventName"') ? fromRecord(message) : undefined),
    [message],
  );
  if (!record || record.id === '' || record.name === '')
    return <span className="ot-mono ot-log-message">{message.slice(0, 400)}</span>;
  return (
    <span className="ot-log-message">
      <strong>{record.name}</strong>{' '}
      {sentenceOf(record)
        .map(({ text }) => text)
        .join('')}
    </span>
  );
}

function Whole({ event, showStream }: { readonly event: LogEvent; readonly showStream: boolean }) {
  const record = parseRecord(event.message);
  const id = textAt(record, 'eventID');
  const isJson = isObject(record) && Object.keys(record).length > 0;
  return (
    <div className="ot-json">
      <p>
        {id !== '' && (
          <>
            <a className="ot-link" href={formatHash({ page: 'event', id })}>
              Open the event
            </a>{' '}
            ·{' '}
          </>
        )}
        {showStream && (
          <span className="ot-secondary">
            stream <span className="ot-mono ot-anywhere">{event.stream}</span>{' '}
          </span>
        )}
        <CopyButton text={event.message} what="the message" />
      </p>
      <pre tabIndex={0}>
        <code>{isJson ? JSON.stringify(record, null, 2) : event.message}</code>
      </pre>
    </div>
  );
}
