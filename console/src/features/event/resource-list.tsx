import type { Range } from '../../events/range.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { formatHash } from '../../routing/route.ts';
import { historyOf, rangeFor } from './related.ts';

/** A batch call names up to a thousand objects; the JSON has them all. */
const MOST = 50;

/** What the call was about, each a link to what is known of it, and to everything that happened to it. */
export function ResourceList({
  event,
  range,
}: {
  readonly event: TrailEvent;
  readonly range: Range | undefined;
}) {
  const within = rangeFor(event, { range, now: Date.now() });
  const more = event.resources.length - MOST;
  return (
    <section className="ot-section">
      <h3>Resources{event.resources.length > 1 && ` (${event.resources.length.toLocaleString('en')})`}</h3>
      {event.resources.length === 0 && <p className="ot-secondary">The record names no resource.</p>}
      <ul className="ot-resources">
        {event.resources.slice(0, MOST).map(({ type, name }, index) => (
          <li key={`${type} ${name} ${index}`}>
            <a
              className="ot-mono"
              href={formatHash({ page: 'who', kind: 'resource', value: name })}
              title={`What is known of ${name}`}
            >
              {name}
            </a>{' '}
            <CopyButton text={name} what={name} />{' '}
            <a
              href={historyOf({ key: 'ResourceName', operator: 'equals', values: [name] }, within)}
              aria-label={`Events about ${name}`}
            >
              events
            </a>
            {type && <div className="ot-secondary">{type}</div>}
          </li>
        ))}
      </ul>
      {more > 0 && <p className="ot-secondary">and {more.toLocaleString('en')} more: see the JSON</p>}
    </section>
  );
}
