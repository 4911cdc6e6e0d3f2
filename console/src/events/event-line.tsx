import { OutcomeMark } from './outcome-mark.tsx';
import { outcomeOf, sentenceOf, sentenceText } from './sentence.ts';
import type { TrailEvent } from './trail-event.ts';
import { TimeText } from '../parts/time-text.tsx';
import { formatHash } from '../routing/route.ts';

type Props = { readonly event: TrailEvent; readonly current?: boolean; readonly note?: string | undefined };

/** Another event in a line: its name leads to its page; `current` is the one that is looked at. */
export function EventLine({ event, current = false, note }: Props) {
  return (
    <li aria-current={current || undefined}>
      <span className="ot-line-head">
        {current ? (
          <strong>{event.name}</strong>
        ) : (
          <a href={formatHash({ page: 'event', id: event.id })}>{event.name}</a>
        )}
        {outcomeOf(event) !== 'ok' && <OutcomeMark event={event} />}
        <span className="ot-secondary">
          {current && 'this event · '}
          <TimeText ms={event.time} />
        </span>
      </span>
      {!current && <span className="ot-line-what">{sentenceText(sentenceOf(event))}</span>}
      {note && <span className="ot-secondary">{note}</span>}
    </li>
  );
}
