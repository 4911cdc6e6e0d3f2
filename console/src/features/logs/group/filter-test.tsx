import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import LiveRegion from '@cloudscape-design/components/live-region';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useMutation, useQuery } from '@tanstack/react-query';

import { ErrorState } from '../../../parts/error-state.tsx';
import { localTime } from '../../../parts/time.ts';
import { Waiting } from '../../../parts/waiting.tsx';
import { useConnection } from '../../../session/context.tsx';
import { filterEvents, testFilter } from '../logs.ts';
import { newestFirst } from '../newest-first.ts';

/** So many one call takes. */
const TRIED = 50;
const MONTH = 30 * 86_400_000;

/** What the pattern takes of the newest events. The server judges, when asked: a call for every letter would fill the history. */
export function FilterTest({ group, pattern }: { readonly group: string; readonly pattern: string }) {
  const { api } = useConnection();
  const newest = useQuery({
    queryKey: ['log-newest', group],
    queryFn: async ({ signal }) => {
      const to = Date.now();
      const { events } = await newestFirst(
        (from, until, token) =>
          filterEvents(
            api,
            { group, stream: '', pattern: '', from, to: until, ...(token ? { token } : {}) },
            signal,
          ),
        { from: to - MONTH, to, wanted: TRIED },
      );
      return events.slice(0, TRIED);
    },
    staleTime: 0,
  });
  const events = newest.data ?? [];
  const test = useMutation({
    mutationFn: async (asked: string) => ({
      pattern: asked,
      events,
      matches: await testFilter(
        api,
        asked,
        events.map(({ message }) => message),
      ),
    }),
  });
  const tried = test.data;
  const shown = tried?.events ?? events;
  const count = tried?.matches.size ?? 0;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={`On the newest ${TRIED} events of the group.`}
          actions={
            <Button
              loading={test.isPending}
              disabled={events.length === 0}
              onClick={() => test.mutate(pattern)}
            >
              Test pattern
            </Button>
          }
        >
          Test
        </Header>
      }
    >
      <SpaceBetween size="s">
        {newest.isPending && <Waiting what="the newest events" />}
        {newest.isError && (
          <ErrorState error={newest.error} what="The newest events" action="logs:FilterLogEvents" />
        )}
        {newest.data?.length === 0 && (
          <Box color="text-body-secondary">Nothing was written in the last 30 days that could be tried.</Box>
        )}
        {test.isError && <ErrorState error={test.error} what="The test" action="logs:TestMetricFilter" />}
        {tried && (
          <LiveRegion>
            <StatusIndicator type={count > 0 ? 'success' : 'stopped'}>
              {count === 0 ? 'None' : count} of {shown.length} {count === 1 ? 'fits' : 'fit'}
              {tried.pattern === pattern ? '.' : ' the pattern as it was.'}
            </StatusIndicator>
          </LiveRegion>
        )}
        <ul className="ot-plain-list ot-tried" aria-label="Events that were tried">
          {shown.slice(0, 15).map((event, index) => {
            const values = tried?.matches.get(index);
            return (
              <li key={event.id}>
                {tried && (
                  <StatusIndicator
                    type={values ? 'success' : 'stopped'}
                    iconAriaLabel={values ? 'fits' : 'does not fit'}
                  />
                )}
                <div>
                  <div className="ot-mono ot-log-message">{event.message.slice(0, 200)}</div>
                  <div className="ot-why">
                    {localTime(event.time)}
                    {values && Object.entries(values).map(([name, value]) => ` · ${name} = ${value}`)}
                  </div>
                </div>
              </li>
            );
          })}
        </ul>
      </SpaceBetween>
    </Container>
  );
}
