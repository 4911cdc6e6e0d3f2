import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQueries } from '@tanstack/react-query';

import { lookupEvent } from '../../../events/lookup.ts';
import { OutcomeMark } from '../../../events/outcome-mark.tsx';
import { sentenceOf } from '../../../events/sentence.ts';
import { TimeText } from '../../../parts/time-text.tsx';
import { formatHash } from '../../../routing/route.ts';
import { useConnection } from '../../../session/context.tsx';
import type { Finding } from '../detections.ts';

/** So many are looked up; the others are links. */
const LOOKED_UP = 10;

/** The events behind a finding, newest first. */
export function EventsPart({ finding }: { readonly finding: Finding }) {
  const { api, everywhere } = useConnection();
  const ids = [...finding.eventIds].reverse();
  const events = useQueries({
    queries: ids.slice(0, LOOKED_UP).map((id) => ({
      queryKey: ['event', everywhere, id],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await lookupEvent(api, id, everywhere, signal)) ?? null,
    })),
  });
  return (
    <Container
      header={
        <Header variant="h2" counter={`(${ids.length})`}>
          The events behind it
        </Header>
      }
    >
      <ul className="ot-lines" aria-label="Events">
        {ids.map((id, index) => {
          const event = events[index]?.data;
          return (
            <li key={id}>
              <span className="ot-line-head">
                <a className="ot-link" href={formatHash({ page: 'event', id })}>
                  {event?.name ?? id}
                </a>
                {event && (
                  <>
                    <OutcomeMark event={event} always />
                    <TimeText ms={event.time} />
                  </>
                )}
              </span>
              {event && (
                <span>
                  {sentenceOf(event)
                    .map(({ text }) => text)
                    .join('')}
                  .
                </span>
              )}
              {event === null && (
                <span className="ot-secondary">It is no longer kept, or you may not see it.</span>
              )}
            </li>
          );
        })}
      </ul>
      {finding.count > ids.length && (
        <p className="ot-secondary">
          {finding.count.toLocaleString('en')} events in all; the finding names the newest {ids.length}.
        </p>
      )}
    </Container>
  );
}
