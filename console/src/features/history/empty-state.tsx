import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';

import { lookupPage } from '../../events/lookup.ts';
import { EMPTY_QUERY, isEmpty, type HistoryQuery } from '../../events/query.ts';
import { around } from '../../events/range.ts';
import { localTime, relativeTime } from '../../parts/time.ts';
import { useConnection } from '../../session/context.tsx';
import { FirstSteps } from './first-steps.tsx';

type Props = {
  readonly query: HistoryQuery;
  readonly onQuery: (query: HistoryQuery) => void;
  readonly onRefresh: () => void;
};

type Asked = Pick<Props, 'query' | 'onQuery'>;

/** Nothing found: because nothing was recorded yet, or because it lies elsewhere? The newest event of all tells. */
export function EmptyState({ query, onQuery, onRefresh }: Props) {
  const { api, everywhere } = useConnection();
  const beyond: HistoryQuery = { ...query, range: { type: 'relative', amount: 9999, unit: 'd' } };
  const span = { from: 0, to: Math.floor(Date.now() / 1000) + 86_400 };
  const newest = useQuery({
    queryKey: ['newest', everywhere, query],
    queryFn: async ({ signal }) => {
      const search = { span, everywhere, pageSize: 1, token: undefined };
      const [matching] = (await lookupPage(api, { ...search, query: beyond }, signal)).events;
      if (matching) return { matching, any: matching };
      const [any] = isEmpty(query)
        ? []
        : (await lookupPage(api, { ...search, query: EMPTY_QUERY }, signal)).events;
      return { matching, any };
    },
  });
  if (newest.isPending) return <Box padding="xxl" />;
  const { matching, any } = newest.data ?? {};
  if (matching) return <Elsewhere at={matching.time} query={query} onQuery={onQuery} />;
  if (any || newest.isError) return <NoMatch query={query} onQuery={onQuery} />;
  return <FirstSteps onFirst={onRefresh} />;
}

function Elsewhere({ at, query, onQuery }: Asked & { readonly at: number }) {
  const when = relativeTime(at, Date.now()) ?? localTime(at);
  return (
    <Said
      title="Nothing in this time range"
      text={isEmpty(query) ? `The newest event: ${when}.` : `The newest event that matches: ${when}.`}
    >
      <Button variant="primary" onClick={() => onQuery({ ...query, range: around(at, 43_200, Date.now()) })}>
        Show that time
      </Button>
    </Said>
  );
}

function NoMatch({ query, onQuery }: Asked) {
  return (
    <Said title="Nothing matches" text="No recorded event, at any time, fits these conditions.">
      <Button onClick={() => onQuery({ ...EMPTY_QUERY, range: query.range })}>Clear the search</Button>
    </Said>
  );
}

function Said(props: { readonly title: string; readonly text: string; readonly children: React.ReactNode }) {
  return (
    <Box textAlign="center" padding="xxl" color="inherit">
      <SpaceBetween size="s">
        <Box variant="h2">{props.title}</Box>
        <Box color="text-body-secondary">{props.text}</Box>
        {props.children}
      </SpaceBetween>
    </Box>
  );
}
