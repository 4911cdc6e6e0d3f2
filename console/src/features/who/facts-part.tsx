import Container from '@cloudscape-design/components/container';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';

import type { TrailEvent } from '../../events/trail-event.ts';
import { TimeText } from '../../parts/time-text.tsx';
import { useNarrow } from '../../parts/use-narrow.ts';
import { formatHash } from '../../routing/route.ts';
import type { Seen } from './profile.ts';

/** Since when, until when, how much, and how much of it failed; in all the history there is. */
export function FactsPart({ seen, now }: { readonly seen: Seen; readonly now: number }) {
  const narrow = useNarrow();
  const { first, last, count, errors, days } = seen;
  const isNew = first !== undefined && now - first.time < 86_400_000;
  const share = Math.round((errors / count) * 100);
  return (
    <Container>
      <KeyValuePairs
        columns={narrow ? 1 : 4}
        items={[
          {
            label: 'First seen',
            value: (
              <>
                <Moment event={first} />
                {isNew && <div className="ot-new">new in the last 24 hours</div>}
              </>
            ),
          },
          { label: 'Last seen', value: <Moment event={last} /> },
          {
            label: 'Events kept',
            value: `${count.toLocaleString('en')} on ${days === 1 ? '1 day' : `${days.toLocaleString('en')} days`}`,
          },
          {
            label: 'Failed',
            value:
              errors === 0 ? 'none' : `${errors.toLocaleString('en')} (${share === 0 ? '< 1' : share} %)`,
          },
        ]}
      />
    </Container>
  );
}

function Moment({ event }: { readonly event: TrailEvent | undefined }) {
  if (!event) return <>–</>;
  return (
    <>
      <TimeText ms={event.time} />
      <div>
        <a className="ot-link" href={formatHash({ page: 'event', id: event.id })}>
          {event.name}
        </a>
      </div>
    </>
  );
}
