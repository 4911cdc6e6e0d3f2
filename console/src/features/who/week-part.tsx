import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { useConnection } from '../../session/context.tsx';
import { hours } from './profile.ts';
import { subjectKey, type Subject } from './subject.ts';
import { usualText, weekOf, type Week } from './week.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const CELL = 16;
const LEFT = 34;
const TOP = 4;

/** The hours of the week in which it is usually there, in the viewer's zone. */
export function WeekPart({ subject }: { readonly subject: Subject }) {
  const { api } = useConnection();
  const query = useQuery({
    queryKey: ['who', 'hours', ...subjectKey(subject)],
    queryFn: ({ signal }) => hours(api, subject, subject.span, signal),
  });
  const week = query.data && weekOf(query.data);
  return (
    <Container
      header={
        <Header variant="h2" description={week && `${usualText(week)} (your time).`}>
          Usual hours
        </Header>
      }
    >
      {query.isPending && <Waiting what="the usual hours" lines={5} />}
      {query.isError && (
        <ErrorState
          error={query.error}
          what="The usual hours"
          action="cloudtrail:LookupEvents"
          onRetry={() => void query.refetch()}
        />
      )}
      {week && <Grid week={week} />}
    </Container>
  );
}

function Grid({ week }: { readonly week: Week }) {
  const most = Math.max(1, ...week.flat());
  return (
    <svg
      className="ot-week"
      viewBox={`0 0 ${LEFT + 24 * CELL} ${TOP + 7 * CELL + 18}`}
      role="img"
      aria-label={`Calls by day of the week and hour. ${usualText(week)}.`}
    >
      {week.map((day, row) => (
        <g key={DAYS[row]}>
          <text x={0} y={TOP + row * CELL + CELL - 5}>
            {DAYS[row]}
          </text>
          {day.map((count, hour) => (
            <rect
              key={hour}
              className={count === 0 ? 'ot-week-none' : 'ot-bar'}
              x={LEFT + hour * CELL}
              y={TOP + row * CELL}
              width={CELL - 2}
              height={CELL - 2}
              rx={2}
              // Seen even where it was once only.
              fillOpacity={count === 0 ? 1 : 0.25 + 0.75 * Math.sqrt(count / most)}
            >
              <title>{`${DAYS[row]} ${hour}–${hour + 1} h: ${count.toLocaleString('en')}`}</title>
            </rect>
          ))}
        </g>
      ))}
      {[0, 6, 12, 18].map((hour) => (
        <text key={hour} x={LEFT + hour * CELL} y={TOP + 7 * CELL + 13}>
          {hour} h
        </text>
      ))}
    </svg>
  );
}
