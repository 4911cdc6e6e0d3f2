import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';

import { ErrorState } from '../../parts/error-state.tsx';
import { Waiting } from '../../parts/waiting.tsx';
import { plotOf } from '../../results/plot.ts';
import { ResultTable } from '../../results/result-table.tsx';
import { useConnection } from '../../session/context.tsx';
import { widgetResults, type Widget } from './dashboards.ts';

const PlotChart = lazy(() => import('../../results/plot-chart.tsx'));

type Props = {
  readonly widget: Widget;
  /** Of which refresh; '' for none yet. */
  readonly refresh: string;
  readonly actions: ReactNode;
};

const AGAIN_MS = 1500;

/** One query of a dashboard, as the chart or table that it asks to be. */
export function WidgetPart({ widget, refresh, actions }: Props) {
  const { api } = useConnection();
  const { alias, title, view, width } = widget;
  const query = useQuery({
    queryKey: ['widget', alias, refresh],
    enabled: refresh !== '',
    queryFn: ({ signal }) => widgetResults(api, { alias, refresh }, signal),
    // Only until its query ended.
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? AGAIN_MS : false),
  });
  const { data } = query;
  const isRunning = refresh !== '' && (query.isPending || data?.state === 'running');
  return (
    <div className={width >= 12 ? 'ot-widget-whole' : width > 6 ? 'ot-widget-wide' : undefined}>
      <Container
        fitHeight
        header={
          <Header variant="h2" actions={actions}>
            {title}
          </Header>
        }
      >
        {(refresh === '' || data?.state === 'none') && (
          <Box color="text-body-secondary">Not refreshed yet.</Box>
        )}
        {isRunning && <Waiting what={title} lines={5} />}
        {query.isError && <ErrorState error={query.error} what={title} action="cloudtrail:DescribeQuery" />}
        {data?.state === 'failed' && <Box color="text-status-error">{data.failure}</Box>}
        {data?.state === 'found' && <Shown title={title} view={view} {...data.page} />}
      </Container>
    </div>
  );
}

type ShownProps = {
  readonly title: string;
  readonly view: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
};

function Shown({ title, view, columns, rows }: ShownProps) {
  const results = { columns, rows };
  const plot = view === 'Table' ? undefined : plotOf(results);
  if (rows.length === 0) return <Box color="text-body-secondary">Nothing in this time.</Box>;
  if (plot)
    return (
      <Suspense fallback={<Waiting what="the chart" lines={5} />}>
        <PlotChart title={title} plot={plot} height={220} headed />
      </Suspense>
    );
  return <ResultTable title={title} results={results} />;
}
