import { OutcomeMark } from '../../events/outcome-mark.tsx';
import { actorOf, outcomeOf, shortName } from '../../events/sentence.ts';
import type { TrailEvent } from '../../events/trail-event.ts';
import { TimeText } from '../../parts/time-text.tsx';
import { formatHash } from '../../routing/route.ts';

/** The events on a narrow screen: what a row says, in three lines. */
export function EventList({
  events,
  selected,
}: {
  readonly events: readonly TrailEvent[];
  readonly selected: string | undefined;
}) {
  return (
    <ul className="ot-list" aria-label="Events">
      {events.map((event) => (
        <li key={event.id} aria-current={event.id === selected ? 'true' : undefined}>
          <a href={formatHash({ page: 'event', id: event.id })} data-event-id={event.id}>
            <span className="ot-list-line">
              <strong>{event.name}</strong>
              {outcomeOf(event) !== 'ok' && <OutcomeMark event={event} />}
            </span>
            <span className="ot-list-what">
              {actorOf(event)}
              {event.resources[0] && <span className="ot-mono"> · {shortName(event.resources[0].name)}</span>}
            </span>
            <span className="ot-list-line ot-secondary">
              <TimeText ms={event.time} brief />
              <span className="ot-mono">{event.sourceIp}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
