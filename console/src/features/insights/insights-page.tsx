import Badge from '@cloudscape-design/components/badge';
import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useQuery } from '@tanstack/react-query';

import { useOwnScopeWhenDenied } from '../../events/use-own-scope.ts';
import { Command } from '../../parts/command.tsx';
import type { Column } from '../../parts/item-list.tsx';
import { TimeText } from '../../parts/time-text.tsx';
import { durationText } from '../../parts/time.ts';
import { useList } from '../../parts/use-list.ts';
import { formatHash } from '../../routing/route.ts';
import { useConnection } from '../../session/context.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { listInsights, rateText, whatText, type Insight } from './insights.ts';

const COLUMNS: readonly Column<Insight>[] = [
  {
    id: 'what',
    header: 'Insight',
    minWidth: 240,
    isRowHeader: true,
    cell: (insight) => (
      <>
        <a className="ot-link" href={formatHash({ page: 'insight', id: insight.id })}>
          {insight.rate >= insight.baseline ? 'Unusually many' : 'Unusually few'} {whatText(insight)}
        </a>
        <div className="ot-secondary">{insight.source}</div>
      </>
    ),
  },
  {
    id: 'kind',
    header: 'Kind',
    minWidth: 110,
    cell: ({ isError }) => (
      <Badge color={isError ? 'severity-medium' : 'blue'}>{isError ? 'Error rate' : 'Call rate'}</Badge>
    ),
  },
  {
    id: 'rate',
    header: 'A minute, before → then',
    minWidth: 150,
    cell: ({ baseline, rate }) => (
      <span className="ot-cell-number">
        {rateText(baseline)} → <strong>{rateText(rate)}</strong>
      </span>
    ),
  },
  { id: 'start', header: 'Began', minWidth: 190, cell: ({ start }) => <TimeText ms={start} /> },
  {
    id: 'state',
    header: 'Lasted',
    minWidth: 120,
    cell: ({ start, end }) =>
      end === undefined ? (
        <StatusIndicator type="in-progress">goes on</StatusIndicator>
      ) : (
        durationText(end - start)
      ),
  },
  {
    id: 'where',
    header: 'Where',
    minWidth: 150,
    cell: ({ account, region }) => (
      <>
        <span className="ot-mono">{account}</span>
        <div className="ot-secondary">{region}</div>
      </>
    ),
  },
];

/** What was unusual, newest first. */
export default function InsightsPage() {
  const { api, everywhere } = useConnection();
  const insights = useQuery({
    queryKey: ['insights', everywhere],
    queryFn: ({ signal }) => listInsights(api, everywhere, signal),
    staleTime: 0,
  });
  useOwnScopeWhenDenied(insights.error);
  const list = useList(
    insights.data ?? [],
    ({ name, source, errorCode, account, region }) => `${name} ${source} ${errorCode} ${account} ${region}`,
  );
  return (
    <ListPage
      active="insights"
      title="Insights"
      description="Calls and errors whose rate was far from its baseline."
      action="cloudtrail:LookupEvents"
      query={insights}
      onRefresh={() => void insights.refetch()}
      list={list}
      rows={list.seen}
      trackBy="id"
      columns={COLUMNS}
      findBy="by call, service or account"
      empty={<NoInsights />}
    />
  );
}

function NoInsights() {
  return (
    <div className="ot-first-steps">
      <Box variant="h2">Nothing unusual</Box>
      <p>
        Nothing has been found in what is kept, or nobody asked yet: Insights are looked for once a trail or
        an event data store asks for them.
      </p>
      <Command
        text={
          'aws cloudtrail put-insight-selectors --trail-name main --insight-selectors \\\n  \'[{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]\''
        }
      />
    </div>
  );
}
